// The process of many readers. Its arguments are the side and the server's port.
import { performTasks } from "../../process/worker.ts";
import { reading } from "../readers/reading.ts";

const [side = "", port = ""] = process.argv.slice(2);
performTasks(reading(side, Number(port)));
