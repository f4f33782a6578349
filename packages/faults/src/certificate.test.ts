// The certificate is one that Node's own TLS accepts, for the names it claims and for no other.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { expect, test } from "vitest";
import { selfSigned } from "./certificate.ts";

test("a client that trusts it gets through, one that does not is told why", async () => {
  const { key, cert } = selfSigned();
  const server = createServer({ key, cert }, (socket) => socket.end("secret"));
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  for (const servername of ["localhost", ""]) {
    const trusted = connect({ port, host: "127.0.0.1", servername, ca: cert });
    const [received] = (await once(trusted, "data")) as [Buffer];
    expect(received.toString()).toBe("secret");
    await once(trusted, "close");
  }

  const stranger = connect({ port, host: "127.0.0.1", servername: "localhost" });
  const [untrusted] = (await once(stranger, "error")) as [NodeJS.ErrnoException];
  expect(untrusted.code).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");

  const elsewhere = connect({ port, host: "127.0.0.1", servername: "example.org", ca: cert });
  const [misnamed] = (await once(elsewhere, "error")) as [NodeJS.ErrnoException];
  expect(misnamed.code).toBe("ERR_TLS_CERT_ALTNAME_INVALID");

  server.close();
  await once(server, "close");
});
