// One connection of a reader of pages, whichever side it is of.
import type { Order } from "../mix.ts";

export interface ReadPage {
  /** Leaves the page. */
  close(): Promise<void>;
}

export interface Reader {
  /**
   * Opens a page of the mix, and resolves when its rows are here. Of sides but ours, one after the
   * other.
   *
   * @param changed is told of each row that has come anew since.
   */
  open(page: number, changed: (row: Order) => void): Promise<ReadPage>;
  close(): Promise<void>;
}
