/** Durations as Mesos' timer metrics tell them; the coordination has the same summary for the registrar's stores. */
import { StoreTimer } from "../coordination/store-timer.js";

export { StoreTimer as Timer };
