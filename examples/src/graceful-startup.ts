// A client that is optional: without a configuration, or with a wrong one, the program starts all the same.
import { OptionError, Slipstream } from "@slipstream/client";

export class MetricsClient extends Slipstream {
  override handleConnect(): void {
    this.join("metrics");
  }
}

/** The client, started; or null, and `warn` is told why. */
export async function startMetrics(
  url: string | undefined,
  warn: (message: string) => void,
): Promise<MetricsClient | null> {
  if (url === undefined) {
    warn("metrics are off: METRICS_URL is not set");
    return null;
  }
  try {
    const client = new MetricsClient(url);
    // That the server is down is no error: the client connects when it is there.
    await client.start();
    return client;
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    warn(`metrics are off: ${error.message}`);
    return null;
  }
}
