// `@slipstream/haste/client` on `@slipstream/client`, with their defaults.
import { connect } from "@slipstream/client";
import { openPage } from "@slipstream/haste/client";
import { filterOf, type Order } from "../mix.ts";
import type { Reader } from "./reader.ts";

export async function connectSlipstream(port: number): Promise<Reader> {
  const socket = await connect(`ws://127.0.0.1:${port}/socket`);
  return {
    async open(number, changed) {
      const page = openPage<Order>(socket, "orders", { where: filterOf(number), limit: 50 });
      await page.ready();
      let shown = page.rows;
      page.subscribe(() => {
        const { rows } = page;
        for (const [at, row] of rows.entries()) if (row !== shown[at]) changed(row);
        shown = rows;
      });
      return { close: () => page.close() };
    },
    async close() {
      await socket.disconnect();
    },
  };
}
