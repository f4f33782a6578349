// The process of the flood's writer. Its argument is the database.
import { floodWriter } from "../flood/writer.ts";
import { performTasks } from "../../process/worker.ts";

performTasks(floodWriter(process.argv[2] ?? ""));
