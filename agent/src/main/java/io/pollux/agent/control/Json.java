package io.pollux.agent.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Writes one JSON object, field by field. Instants are ISO 8601 in UTC, durations carry their unit
 * in the field's name ({@code ageMillis}), absent values are null rather than left out, so that a
 * reader always finds the same fields.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final JsonGenerator to;

  private Json(JsonGenerator to) {
    this.to = to;
  }

  /** The object, indented by two. */
  public static String pretty(Consumer<Json> content) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    return write(content, printer);
  }

  /** The object on one line. */
  public static String compact(Consumer<Json> content) {
    return write(content, null);
  }

  private static String write(Consumer<Json> content, DefaultPrettyPrinter printer) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      if (printer != null) {
        generator.setPrettyPrinter(printer);
      }
      generator.writeStartObject();
      content.accept(new Json(generator));
      generator.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter has no reason to
    }
    return text.toString();
  }

  /** A string; null is null. */
  public Json field(String name, String value) {
    return run(() -> to.writeStringField(name, value));
  }

  /** A number. */
  public Json field(String name, long value) {
    return run(() -> to.writeNumberField(name, value));
  }

  /** A number with a fraction; what is not finite is null. */
  public Json field(String name, double value) {
    return run(
        () -> {
          to.writeFieldName(name);
          if (Double.isFinite(value)) {
            to.writeNumber(value);
          } else {
            to.writeNull();
          }
        });
  }

  /** A truth value. */
  public Json field(String name, boolean value) {
    return run(() -> to.writeBooleanField(name, value));
  }

  /** A number, or null. */
  public Json field(String name, OptionalLong value) {
    return value.isPresent() ? field(name, value.getAsLong()) : nothing(name);
  }

  /** A string, or null: for enums, addresses, instants and all that has a good toString. */
  public Json field(String name, Optional<?> value) {
    return field(name, value.map(Object::toString).orElse(null));
  }

  /** Null. */
  public Json nothing(String name) {
    return run(() -> to.writeNullField(name));
  }

  /** An object inside. */
  public Json object(String name, Consumer<Json> content) {
    return run(
        () -> {
          to.writeObjectFieldStart(name);
          content.accept(this);
          to.writeEndObject();
        });
  }

  /** An array of objects. */
  public <T> Json objects(
      String name, Iterable<? extends T> items, BiConsumer<Json, ? super T> content) {
    return run(
        () -> {
          to.writeArrayFieldStart(name);
          for (T item : items) {
            to.writeStartObject();
            content.accept(this, item);
            to.writeEndObject();
          }
          to.writeEndArray();
        });
  }

  /** An array of strings. */
  public Json strings(String name, Iterable<?> items) {
    return run(
        () -> {
          to.writeArrayFieldStart(name);
          for (Object item : items) {
            to.writeString(String.valueOf(item));
          }
          to.writeEndArray();
        });
  }

  /** An array of numbers. */
  public Json numbers(String name, Iterable<? extends Number> items) {
    return run(
        () -> {
          to.writeArrayFieldStart(name);
          for (Number item : items) {
            to.writeNumber(item.longValue());
          }
          to.writeEndArray();
        });
  }

  private interface Step {
    void run() throws IOException;
  }

  private Json run(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }
}
