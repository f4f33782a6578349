// In place of core's serializer/refusals.ts in the production build: the errors without sentences.
import { DecodeError, EncodeError, type DecodeErrorCode } from "@slipstream/core";

const refusal = (code: DecodeErrorCode) => (): DecodeError => new DecodeError(code, "");

export const notJson: () => DecodeError = refusal("invalid_json");
export const wrongShape: () => DecodeError = refusal("invalid_message");
export const wrongField: () => DecodeError = wrongShape;
export const wrongReply: () => DecodeError = refusal("invalid_payload");
export const unknownKind: () => DecodeError = refusal("unknown_kind");
export const truncated: () => DecodeError = refusal("truncated_frame");
export const notUtf8: () => DecodeError = refusal("invalid_utf8");
export const fieldTooLong = (): EncodeError => new EncodeError("field_too_long", "");
export const noBinaryForm = (): EncodeError => new EncodeError("unsupported_binary", "");
export const unserializable = (cause: unknown): EncodeError =>
  new EncodeError("unserializable_payload", "", { cause });
