// A self-signed certificate, made on the spot, for TLS on loopback. Node can read X.509 and not write
// it, so the few DER structures that one needs (RFC 5280 section 4.1) are written here by hand.
import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";

/** PEM texts, as `tls.createServer` and `tls.connect` take them. */
export interface SelfSigned {
  readonly key: string;
  /** Also what a client passes as `ca` to trust it. */
  readonly cert: string;
}

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  dnsName: 0x82,
  ipAddress: 0x87,
  version: 0xa0,
  extensions: 0xa3,
} as const;

const OID = {
  commonName: "550403",
  subjectAltName: "551d11",
  basicConstraints: "551d13",
  ecdsaWithSha256: "2a8648ce3d040302",
} as const;

/** A certificate for `localhost`, 127.0.0.1 and ::1, valid for a day (from an hour ago), with a fresh P-256 key. */
export function selfSigned(): SelfSigned {
  const pair = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const name = sequence(
    der(TAG.set, sequence(oid(OID.commonName), der(TAG.utf8, Buffer.from("localhost")))),
  );
  const now = Date.now();
  const body = sequence(
    der(TAG.version, der(TAG.integer, Buffer.of(2))),
    // Positive and without a leading zero byte.
    der(TAG.integer, Buffer.concat([Buffer.of(0x40), randomBytes(8)])),
    algorithm,
    name,
    sequence(utcTime(now - 3_600_000), utcTime(now + 86_400_000)),
    name,
    pair.publicKey,
    der(TAG.extensions, sequence(subjectAltName(), certificateAuthority())),
  );
  const signature = sign("sha256", body, createPrivateKey(pair.privateKey));
  const certificate = sequence(
    body,
    algorithm,
    der(TAG.bitString, Buffer.concat([Buffer.of(0), signature])),
  );
  return { key: pair.privateKey, cert: new X509Certificate(certificate).toString() };
}

function subjectAltName(): Buffer {
  const names = sequence(
    der(TAG.dnsName, Buffer.from("localhost")),
    der(TAG.ipAddress, Buffer.of(127, 0, 0, 1)),
    der(TAG.ipAddress, Buffer.concat([Buffer.alloc(15), Buffer.of(1)])),
  );
  return sequence(oid(OID.subjectAltName), der(TAG.octetString, names));
}

/** It vouches for itself, so it must be allowed to vouch. */
function certificateAuthority(): Buffer {
  const yes = der(TAG.boolean, Buffer.of(0xff));
  return sequence(oid(OID.basicConstraints), yes, der(TAG.octetString, sequence(yes)));
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(TAG.sequence, ...parts);
}

function oid(hex: string): Buffer {
  return der(TAG.oid, Buffer.from(hex, "hex"));
}

/** YYMMDDHHMMSSZ, which is what certificates use until 2049 (RFC 5280 section 4.1.2.5.1). */
function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/\D/g, "");
  return der(TAG.utcTime, Buffer.from(`${digits.slice(2, 14)}Z`));
}
