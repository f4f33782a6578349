// `slipstream monitor` as it is called. Its page is tested in the lab.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { MainProcess, runMain } from "../testing/main-process.ts";
import { readMonitorOptions } from "./options.ts";

test("it says where its page is, reads with the headers that it was given, and ends at Ctrl-C", async () => {
  const asked: (string | undefined)[] = [];
  const http = createServer(({ headers }, response) => {
    asked.push(headers.authorization);
    response.end("slipstream_connections 3\n");
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void http.close());
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/metrics`;
  const main = new MainProcess([
    ...["monitor", "--url", url, "--port", "0", "--header", "Authorization: Bearer x"],
  ]);
  await main.says("monitor at http://127.0.0.1:", "stdout");
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  main.kill("SIGINT");
  const { code, stdout, stderr } = await main.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^monitor at http:\/\/127\.0\.0\.1:\d+\n$/);
  expect(asked[0]).toBe("Bearer x");
});

test("a port that is taken is told", async () => {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void http.close());
  const { port } = http.address() as AddressInfo;
  const { code, stderr } = await runMain([
    ...["monitor", "--url", "http://127.0.0.1:1/", "--port", String(port)],
  ]);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `slipstream: port ${port} is taken. Name another: --port 0 takes any that is free.\n`,
  });
});

test("options are read, and what cannot be is refused with what to do", () => {
  const url = ["--url", "https://example.org/metrics"];
  expect(
    readMonitorOptions([
      ...url,
      ...["--interval", "5", "--minutes", "60", "--metric", "ends=a=b", "--header", "A: b"],
    ]),
  ).toEqual({
    url: "https://example.org/metrics",
    port: 4_040,
    interval: 5_000,
    span: 3_600_000,
    names: { ends: "a=b" },
    headers: { A: "b" },
  });
  for (const [args, message] of [
    [[], "Name what to read: --url"],
    [["--url", "ws://localhost"], "--url must be an address that begins with http://"],
    [[...url, "--metric", "ends"], "--metric must be a figure and a name"],
    [[...url, "--metric", "size=x"], "Figures: connections, channels"],
    [[...url, "--interval", "0"], "--interval must be a whole number from 1 to 60"],
  ] as const) {
    expect(() => readMonitorOptions(args)).toThrow(message);
  }
});
