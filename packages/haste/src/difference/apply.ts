// Performing the operations of a difference.
import type { Operation } from "./operation.ts";

/** The rows after the operations; the given array stays as it is, and so do rows not mentioned. */
export function applyOperations<Row>(
  rows: readonly Row[],
  operations: readonly Operation<Row>[],
): Row[] {
  const result = [...rows];
  for (const operation of operations) {
    switch (operation.op) {
      case "insert":
        result.splice(operation.at, 0, operation.row);
        break;
      case "update":
        result[operation.at] = operation.row;
        break;
      case "remove":
        result.splice(operation.at, 1);
        break;
      case "move":
        result.splice(operation.from, 1);
        result.splice(operation.to, 0, operation.row);
        break;
    }
  }
  return result;
}
