// What goes to and fro on a replication connection beside the changes.
// Source: PostgreSQL, "Streaming Replication Protocol".

/** What the server sends now and then, and when it is asked. */
export interface Keepalive {
  /** Everything committed up to here has been sent. */
  readonly position: bigint;
  readonly wantsReply: boolean;
}

export function readKeepalive(bytes: Buffer): Keepalive {
  return { position: bytes.readBigUInt64BE(1), wantsReply: bytes.readUInt8(17) === 1 };
}

/**
 * A standby status update. The server may forget what lies before `acknowledged`.
 *
 * @param asks whether the server shall answer with a keepalive at once.
 */
export function statusUpdate(acknowledged: bigint, { asks }: { readonly asks: boolean }): Buffer {
  const bytes = Buffer.alloc(34);
  bytes.writeUInt8(0x72, 0);
  // Written, flushed and applied are the same to us.
  for (const at of [1, 9, 17]) bytes.writeBigUInt64BE(acknowledged, at);
  const microseconds = BigInt(Date.now() - 946_684_800_000) * 1_000n;
  bytes.writeBigInt64BE(microseconds, 25);
  bytes.writeUInt8(asks ? 1 : 0, 33);
  return bytes;
}
