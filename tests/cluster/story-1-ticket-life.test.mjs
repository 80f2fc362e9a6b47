// The same story, over three servers behind nginx.
import "../js/lib/cluster/place.mjs";
import "../js/story-1-ticket-life.test.mjs";
