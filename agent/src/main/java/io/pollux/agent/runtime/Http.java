package io.pollux.agent.runtime;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One request to a server that is not trusted (HTTP/1.1, RFC 9112): bounded in size, and in time as
 * a whole, however slowly the octets of the answer come. Never redirected, and without a proxy.
 */
final class Http {
  private static final int MAX_HEADER_OCTETS = 16_384;
  private static final int DEFAULT_PORT = 80;

  /**
   * What a request may take.
   *
   * @param all from the beginning until the last octet has come
   * @param silence for the connection, and until the next octet
   */
  record Limits(Duration all, Duration silence, int maxOctets) {}

  private Http() {}

  /**
   * GET.
   *
   * @throws IOException also for any status but 200, and for what is beyond {@code limits}
   */
  static byte[] get(URI url, Limits limits) throws IOException {
    return exchange(url, limits, "GET", "Accept: */*\r\n", new byte[0]);
  }

  /**
   * POST of {@code content}.
   *
   * @throws IOException also for any status but 200, and for what is beyond {@code limits}
   */
  static byte[] post(URI url, Limits limits, String type, String accepted, byte[] content)
      throws IOException {
    String more =
        "Accept: "
            + accepted
            + "\r\nContent-Type: "
            + type
            + "\r\nContent-Length: "
            + content.length
            + "\r\n";
    return exchange(url, limits, "POST", more, content);
  }

  private static byte[] exchange(URI url, Limits limits, String method, String more, byte[] content)
      throws IOException {
    long end = System.nanoTime() + limits.all.toNanos();
    int port = url.getPort() < 0 ? DEFAULT_PORT : url.getPort();
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    String host = url.getHost();
    InetSocketAddress server = new InetSocketAddress(bare(host), port);
    if (server.isUnresolved()) {
      throw new UnknownHostException("unknown host " + host);
    }
    try (Socket socket = new Socket()) {
      socket.connect(server, milliseconds(end, limits));
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      String header =
          "%s %s%s HTTP/1.1\r\nHost: %s%s\r\nUser-Agent: pollux\r\nConnection: close\r\n%s\r\n"
              .formatted(method, path, query, host, port == DEFAULT_PORT ? "" : ":" + port, more);
      request.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
      request.writeBytes(content);
      socket.getOutputStream().write(request.toByteArray());
      return answer(new Timed(socket, end, limits), limits.maxOctets);
    }
  }

  /** A literal IPv6 address without its brackets. */
  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** How long the next step may take. */
  private static int milliseconds(long end, Limits limits) throws SocketTimeoutException {
    long left = (end - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new SocketTimeoutException("not done after " + limits.all.toMillis() + " ms");
    }
    return (int) Math.min(left, limits.silence.toMillis());
  }

  /** Reads until the time is over, whoever else is still sending. */
  private static final class Timed extends InputStream {
    private final Socket socket;
    private final InputStream in;
    private final long end;
    private final Limits limits;
    private final byte[] buffer = new byte[8192];
    private int at;
    private int filled;

    Timed(Socket socket, long end, Limits limits) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.end = end;
      this.limits = limits;
    }

    private boolean fill() throws IOException {
      if (at == filled) {
        socket.setSoTimeout(milliseconds(end, limits));
        at = 0;
        filled = Math.max(0, in.read(buffer));
      }
      return at < filled;
    }

    @Override
    public int read() throws IOException {
      return fill() ? buffer[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int some = Math.min(length, filled - at);
      System.arraycopy(buffer, at, to, offset, some);
      at += some;
      return some;
    }

    /** One line without its end; {@code budget} octets are left for it. */
    String line(int budget) throws IOException {
      StringBuilder line = new StringBuilder();
      for (int octet = read(); octet != '\n'; octet = read()) {
        if (octet < 0) {
          throw new EOFException("the answer ends early");
        }
        if (line.length() >= budget) {
          throw new IOException("a header of more than " + MAX_HEADER_OCTETS + " octets");
        }
        line.append((char) octet);
      }
      int length = line.length();
      return length > 0 && line.charAt(length - 1) == '\r'
          ? line.substring(0, length - 1)
          : line.toString();
    }
  }

  private static byte[] answer(Timed in, int maxOctets) throws IOException {
    int status = 0;
    Map<String, String> fields = new TreeMap<>();
    int budget = MAX_HEADER_OCTETS;
    while (status < 200) { // 1xx is followed by the answer (RFC 9110 section 15.2)
      String first = in.line(budget);
      budget -= first.length() + 1;
      status = status(first);
      fields.clear();
      for (String line = in.line(budget); !line.isEmpty(); line = in.line(budget)) {
        budget -= line.length() + 1;
        int colon = line.indexOf(':');
        if (colon > 0) {
          String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
          fields.put(name, line.substring(colon + 1).strip());
        }
      }
    }
    if (status != 200) {
      throw new IOException("the server answers " + status);
    }
    String coding = fields.get("transfer-encoding");
    if (coding != null) {
      if (!coding.equalsIgnoreCase("chunked")) {
        throw new IOException("transfer coding " + coding);
      }
      return chunks(in, maxOctets);
    }
    String length = fields.get("content-length");
    return length == null ? rest(in, maxOctets) : exactly(in, number(length, 10), maxOctets);
  }

  private static int status(String line) throws IOException {
    if (!line.matches("HTTP/1\\.[0-9] [1-9][0-9]{2}( .*)?")) {
      throw new IOException("the server does not speak HTTP/1.1");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private static long number(String text, int radix) throws IOException {
    try {
      return Long.parseUnsignedLong(text, radix) & Long.MAX_VALUE;
    } catch (NumberFormatException _) {
      throw new IOException("a length that is no number");
    }
  }

  private static byte[] rest(Timed in, int maxOctets) throws IOException {
    byte[] content = in.readNBytes(maxOctets + 1);
    if (content.length > maxOctets) {
      throw new IOException("more than " + maxOctets + " octets");
    }
    return content;
  }

  private static byte[] exactly(Timed in, long length, int maxOctets) throws IOException {
    if (length > maxOctets) {
      throw new IOException("more than " + maxOctets + " octets");
    }
    byte[] content = in.readNBytes((int) length);
    if (content.length < length) {
      throw new EOFException("the answer ends early");
    }
    return content;
  }

  /** RFC 9112 section 7.1; what follows the last chunk is not looked at. */
  private static byte[] chunks(Timed in, int maxOctets) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      long length = number(in.line(MAX_HEADER_OCTETS).split(";", 2)[0].strip(), 16);
      if (length == 0) {
        return all.toByteArray();
      }
      if (length > maxOctets - all.size()) {
        throw new IOException("more than " + maxOctets + " octets");
      }
      all.writeBytes(exactly(in, length, maxOctets));
      if (!in.line(2).isEmpty()) {
        throw new IOException("a chunk is longer than it says");
      }
    }
  }
}
