/** The same as sync-bootstrap-engine, from servers that do not tell which ephemerals a session takes with it. */
import { suite } from "uvu";
import { bootstrapStory } from "./bootstrap-story.js";

const bootstrap = suite("engine after a snapshot file, old sources");

bootstrap("3.5 to 3.9", () => bootstrapStory("3.5", "3.9"));
bootstrap("3.4 to 3.6", () => bootstrapStory("3.4", "3.6"));

bootstrap.run();
