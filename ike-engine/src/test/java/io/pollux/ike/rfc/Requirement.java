package io.pollux.ike.rfc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A sentence of an RFC with MUST, MUST NOT, SHALL or SHALL NOT in it.
 *
 * @param id RFC, section and running number within the section: {@code 7296-2.1-3}
 * @param quote enough of the sentence to find it
 */
record Requirement(String id, String quote) {
  String rfc() {
    return id.substring(0, id.indexOf('-'));
  }

  String section() {
    return id.substring(id.indexOf('-') + 1, id.lastIndexOf('-'));
  }

  /** The committed list, in the order of the texts. */
  static List<Requirement> all() {
    return rows("/rfc/requirements.tsv").stream().map(r -> new Requirement(r[0], r[1])).toList();
  }

  /** Lines of two columns; those that begin with {@code #} are comments. */
  static List<String[]> rows(String resource) {
    List<String[]> rows = new ArrayList<>();
    try (InputStream in = Requirement.class.getResourceAsStream(resource)) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] columns = line.split("\t");
          if (columns.length != 2) {
            throw new IllegalStateException(resource + ": not two columns: " + line);
          }
          rows.add(columns);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
