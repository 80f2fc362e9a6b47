// The same story, over three servers behind nginx.
import "../js/lib/cluster/place.mjs";
import "../js/story-9-live-chat.test.mjs";
