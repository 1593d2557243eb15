package io.pollux.agent.log;

import io.pollux.agent.control.Json;
import io.pollux.ike.wire.Printable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The end of every log line: a bounded ring and the one thread that empties it. */
public final class LogRing extends Handler {
  static final int LINES = 8192; // some 2 MB at most; seconds of the loudest start
  private static final Map<String, Level> LEVELS =
      Map.of(
          "error", Level.SEVERE,
          "warn", Level.WARNING,
          "info", Level.INFO,
          "debug", Level.FINE,
          "trace", Level.FINEST);
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong dropped = new AtomicLong();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private final OutputStream out;
  private final Form form;
  private final Thread writer;
  private volatile boolean closed;

  /** What a line looks like where it ends. */
  public enum Form {
    /** Time, level, logger, message. */
    TEXT,
    /** Without time, the level as a priority in front (sd-daemon(3)). */
    JOURNALD,
    /** One object a line: time, level, logger, message, and thrown if there is something. */
    JSON;

    /** The form that a configuration names; {@code auto} follows the environment. */
    static Form of(String name) {
      return switch (name) {
        case "json" -> JSON;
        case "text" -> TEXT;
        case "journald" -> JOURNALD;
        default -> System.getenv("JOURNAL_STREAM") == null ? TEXT : JOURNALD;
      };
    }
  }

  LogRing(OutputStream out, Form form) {
    this.out = out;
    this.form = form;
    this.writer = Thread.ofPlatform().name("log").daemon().unstarted(this::write);
  }

  /**
   * Takes over all logging of the process; lines go to standard error, with time stamps unless
   * journald writes its own.
   */
  public static LogRing install(String level, String form) {
    if (LogManager.getLogManager() instanceof KeptLogManager kept) {
      kept.begin();
    } else {
      LogManager.getLogManager().reset();
    }
    LogRing ring = new LogRing(new FileOutputStream(FileDescriptor.err), Form.of(form));
    Logger root = Logger.getLogger("");
    root.addHandler(ring);
    root.setLevel(Level.WARNING); // libraries: their INFO is nobody's news
    setLevel(level);
    ring.start();
    return ring;
  }

  /** Why the process does not start, where there is no configuration to log by. */
  public static void refuse(String problem) {
    System.err.println(refusal(Form.of("auto"), problem));
  }

  static String refusal(Form form, String problem) {
    String line = "polluxd: " + problem;
    return form == Form.JOURNALD ? prioritised(Level.SEVERE, line) : line;
  }

  void start() {
    writer.start();
  }

  /** The level of Pollux's own lines: error, warn, info, debug or trace. */
  public static void setLevel(String level) {
    OWN.setLevel(LEVELS.getOrDefault(level, Level.INFO));
  }

  private static final Logger OWN =
      Logger.getLogger("io.pollux"); // a strong reference: JUL forgets levels otherwise

  /** Hears every line from now on; must not block. */
  public AutoCloseable listen(Consumer<String> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Lines that were dropped since the start because the ring was full. */
  public long droppedLines() {
    return dropped.get();
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    String line = format(record);
    for (Consumer<String> listener : listeners) {
      listener.accept(line);
    }
    if (waiting.incrementAndGet() > LINES) {
      waiting.decrementAndGet();
      dropped.incrementAndGet();
      return;
    }
    lines.add(shaped(record, line));
    LockSupport.unpark(writer);
  }

  private String shaped(LogRecord record, String line) {
    return switch (form) {
      case TEXT -> line;
      case JOURNALD -> prioritised(record.getLevel(), line.substring(line.indexOf(' ') + 1));
      case JSON ->
          Json.compact(
              j -> {
                j.field("time", Instant.ofEpochMilli(record.getMillis()).toString())
                    .field("level", name(record.getLevel()).strip().toLowerCase(Locale.ROOT))
                    .field("logger", shortName(record.getLoggerName()))
                    .field("message", Printable.lines(record.getMessage()));
                if (record.getThrown() != null) {
                  j.field("thrown", trace(record.getThrown()));
                }
              });
    };
  }

  /** Of each line: to the journal the second line of a stack trace is an entry of its own. */
  private static String prioritised(Level level, String lines) {
    return priority(level) + lines.stripTrailing().replace("\n", "\n" + priority(level));
  }

  /** The priorities of syslog.h that journald knows. */
  private static String priority(Level level) {
    int value = level.intValue();
    return value >= 1000 ? "<3>" : value >= 900 ? "<4>" : value >= 800 ? "<6>" : "<7>";
  }

  private static String trace(Throwable thrown) {
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    return Printable.lines(trace.toString());
  }

  private static String format(LogRecord record) {
    StringBuilder line = new StringBuilder(160);
    line.append(STAMP.format(Instant.ofEpochMilli(record.getMillis()))).append(' ');
    line.append(name(record.getLevel()))
        .append(' ')
        .append(shortName(record.getLoggerName()))
        .append(": ");
    line.append(Printable.text(record.getMessage().replace('\n', ' ')));
    if (record.getThrown() != null) {
      line.append('\n').append(trace(record.getThrown()));
    }
    return line.toString();
  }

  private static String name(Level level) {
    int value = level.intValue();
    return value >= 1000 ? "ERROR" : value >= 900 ? "WARN " : value >= 800 ? "INFO " : "DEBUG";
  }

  private static String shortName(String logger) {
    return logger == null ? "-" : logger.substring(logger.lastIndexOf('.') + 1);
  }

  private void write() {
    long reported = 0;
    while (!closed || waiting.get() > 0) {
      String line = lines.poll();
      if (line == null) {
        LockSupport.park(this);
        continue;
      }
      waiting.decrementAndGet();
      put(line);
      long now = dropped.get();
      if (now != reported) {
        LogRecord record =
            new LogRecord(Level.WARNING, (now - reported) + " lines dropped, the ring was full");
        record.setLoggerName("log");
        put(shaped(record, format(record)));
        reported = now;
      }
    }
  }

  private void put(String line) {
    try {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException _) {
      dropped.incrementAndGet();
    }
  }

  @Override
  public void flush() {
    LockSupport.unpark(writer);
  }

  /** Writes what is waiting, for a second at most, and stops. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(writer);
    try {
      writer.join(1000);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
