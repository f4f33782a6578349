// In a thread of its own, while the demo does other things: makes an empty PGlite, which takes some
// seconds of CPU, and hands over its data folder, from which another starts at once.
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

/** Of this thread: on Linux priorities are a thread's, elsewhere they would be all of the process's. */
const GENTLE = 10;
if (process.platform === "linux") setPriority(GENTLE);

const db = await PGlite.create();
const folder = await (await db.dumpDataDir("none")).arrayBuffer();
await db.close();
parentPort?.postMessage(folder, [folder]);
