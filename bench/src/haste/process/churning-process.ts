// The process of readers that come and go. Its argument is the server's port.
import { performTasks } from "../../process/worker.ts";
import { churning } from "../readers/churning.ts";

performTasks(churning(Number(process.argv[2])));
