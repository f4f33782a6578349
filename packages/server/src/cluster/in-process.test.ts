import { describeCluster } from "./cluster.conformance.ts";
import { inProcess } from "./in-process.ts";

describeCluster(() => {
  const adapter = inProcess();
  return { adapter: () => adapter };
});
