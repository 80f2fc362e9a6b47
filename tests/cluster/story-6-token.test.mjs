// The same story, over three servers behind nginx.
import "../js/lib/cluster/place.mjs";
import "../js/story-6-token.test.mjs";
