// The same story, over three servers behind nginx.
import "../js/lib/cluster/place.mjs";
import "../js/story-2-ghost-typing.test.mjs";
