// The certificate is one that Node's own TLS accepts, for the names it claims and for no other.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { expect, test } from "vitest";
import { certificateAuthority, selfSigned } from "./certificate.ts";

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

test("an authority's certificates: for the names that they claim, and for clients", async () => {
  const authority = certificateAuthority();
  const server = createServer({
    ...authority.issue("server", { dns: ["a.example"], ip: ["127.0.0.1", "::1"] }),
    ca: authority.cert,
    requestCert: true,
  });
  server.on("secureConnection", (socket) =>
    socket.end(String(socket.getPeerCertificate().subject.CN)),
  );
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = { port, host: "127.0.0.1", ca: authority.cert, ...authority.issue("jane") };
  for (const servername of ["a.example", ""]) {
    const socket = connect({ ...client, servername });
    const [received] = (await once(socket, "data")) as [Buffer];
    expect(received.toString()).toBe("jane");
    await once(socket, "close");
  }
  const misnamed = connect({ ...client, servername: "b.example" });
  expect(((await once(misnamed, "error")) as [NodeJS.ErrnoException])[0].code).toBe(
    "ERR_TLS_CERT_ALTNAME_INVALID",
  );
  server.close();
  await once(server, "close");
});
