// The process of a bench's server: tells its URL, and ends with its parent.
import { startBenchServer } from "../server/server.ts";

process.on("disconnect", () => process.exit());
const { url } = await startBenchServer();
process.send?.({ url });
