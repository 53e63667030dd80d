/** Servers of the target start on a file that was made while clients wrote; then an engine goes on. Source and target of today. */
import { suite } from "uvu";
import { bootstrapStory } from "./bootstrap-story.js";

const bootstrap = suite("engine after a snapshot file");

bootstrap("3.8 to 3.8", () => bootstrapStory("3.8", "3.8"));

bootstrap.run();
