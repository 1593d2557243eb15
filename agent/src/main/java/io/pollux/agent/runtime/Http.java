package io.pollux.agent.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;

/** Requests to servers that are not trusted: bounded in time and size, and never redirected. */
final class Http {
  private Http() {}

  /** Nothing is sent yet; {@code timeoutMs} is for the connection, and for each reading. */
  static HttpURLConnection open(URI url, int timeoutMs) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
    connection.setConnectTimeout(timeoutMs);
    connection.setReadTimeout(timeoutMs);
    connection.setInstanceFollowRedirects(false);
    return connection;
  }

  /**
   * The content of the answer.
   *
   * @throws IOException also for any status but 200, and for more than {@code maxOctets}
   */
  static byte[] content(HttpURLConnection connection, int maxOctets) throws IOException {
    int status = connection.getResponseCode();
    if (status != HttpURLConnection.HTTP_OK) {
      throw new IOException("the server answers " + status);
    }
    try (InputStream in = connection.getInputStream()) {
      byte[] content = in.readNBytes(maxOctets + 1);
      if (content.length > maxOctets) {
        throw new IOException("more than " + maxOctets + " octets");
      }
      return content;
    }
  }
}
