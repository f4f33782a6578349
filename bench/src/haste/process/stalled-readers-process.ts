// The process of the flood's readers, of those that stop reading. Its argument is the server's port.
import { stalledReaders } from "../flood/readers.ts";
import { performTasks } from "../../process/worker.ts";

performTasks(stalledReaders(Number(process.argv[2])));
