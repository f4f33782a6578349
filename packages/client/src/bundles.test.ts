// The files that users import, as npm run build makes them: several entries, which share what they
// have in common, under the names that the sources give.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import * as core from "@slipstream/core";
import * as expectations from "@slipstream/core/expectations";
import * as client from "@slipstream/client";
import * as browser from "@slipstream/client/browser";
import * as opentelemetry from "@slipstream/client/opentelemetry";
import * as telemetry from "@slipstream/client/telemetry";
import * as testing from "@slipstream/client/testing";

const entries = { core, expectations, client, browser, opentelemetry, telemetry, testing };

test.each(Object.entries(entries))(
  "%s: no class has another name than its source's",
  (_, entry) => {
    const classes = Object.entries(entry).filter(([, value]) => String(value).startsWith("class"));
    const names = classes.map(([key, { name }]) => (name === `Base${key}` ? key : name));
    expect(names).toEqual(classes.map(([key]) => key));
  },
);

test("entries have the same classes, those of core among them", () => {
  expect(new testing.RestError("restless", 0)).toBeInstanceOf(client.SlipstreamError);
  expect(client.DecodeError).toBe(core.DecodeError);
  expect(client.defineChannel).toBe(core.defineChannel);
  expect(testing.ExpectationError).toBe(expectations.ExpectationError);
});

test("what is thrown leads to the source that it was thrown in", async () => {
  const program = `import { Socket } from "@slipstream/client"; new Socket("no URL");`;
  const parameters = ["--enable-source-maps", "--input-type=module", "-e", program];
  const cwd = import.meta.dirname;
  const thrown = promisify(execFile)(process.execPath, parameters, { cwd });
  await expect(thrown).rejects.toThrow(/at socketUrl \(.*\/client\/src\/endpoint\.ts:\d+:\d+\)/);
});
