// The process of a writer. Its argument is the database.
import { performTasks } from "../../process/worker.ts";
import { writing } from "../writing.ts";

const [connection = ""] = process.argv.slice(2);
performTasks(writing(connection));
