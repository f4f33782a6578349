// The process of the flood's readers, of those that read. Its argument is the server's port.
import { floodReaders } from "../flood/readers.ts";
import { performTasks } from "../../process/worker.ts";

performTasks(floodReaders(Number(process.argv[2])));
