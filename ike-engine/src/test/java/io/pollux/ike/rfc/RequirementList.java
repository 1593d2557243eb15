package io.pollux.ike.rfc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes {@code rfc/requirements.tsv} from the texts of the RFCs.
 *
 * <pre>
 *   RequirementList DIRECTORY FILE      DIRECTORY holds rfc7296.txt and the others
 * </pre>
 */
public final class RequirementList {
  /** RFC, and the sections that count (as a pattern on their number). */
  private static final Map<String, String> TEXTS = texts();

  private static final Pattern HEADING = Pattern.compile("(\\d+(?:\\.\\d+)*)\\.? +\\S.*");
  private static final Pattern KEYWORD = Pattern.compile("\\b(MUST|SHALL)\\b");
  private static final int BEFORE = 90;
  private static final int AFTER = 110;

  private RequirementList() {}

  private static Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("7296", "[123](\\..*)?");
    for (String rfc :
        List.of(
            "7383", "7427", "8420", "8031", "6989", "8784", "9242", "9370", "6311", "4478", "6023",
            "7670", "9593", "7634")) {
      texts.put(rfc, ".*");
    }
    return texts;
  }

  /** Writes the list. */
  public static void main(String[] args) throws IOException {
    StringBuilder out = new StringBuilder();
    out.append("# MUST, MUST NOT, SHALL and SHALL NOT; made by RequirementList from the RFCs.\n");
    for (Map.Entry<String, String> text : TEXTS.entrySet()) {
      Path file = Path.of(args[0], "rfc" + text.getKey() + ".txt");
      String all = Files.readString(file, StandardCharsets.ISO_8859_1);
      for (Requirement r : of(text.getKey(), all, Pattern.compile(text.getValue()))) {
        out.append(r.id()).append('\t').append(r.quote()).append('\n');
      }
    }
    Files.writeString(Path.of(args[1]), out);
  }

  static List<Requirement> of(String rfc, String text, Pattern sections) {
    List<Requirement> found = new ArrayList<>();
    Map<String, Integer> numbers = new LinkedHashMap<>();
    String section = "0";
    for (String paragraph : paragraphs(text)) {
      Matcher heading = HEADING.matcher(paragraph);
      if (!paragraph.startsWith(" ") && heading.matches()) {
        section = heading.group(1);
        continue;
      }
      if (!sections.matcher(section).matches()) {
        continue;
      }
      for (String sentence : paragraph.strip().split("(?<=[.!?]\\)?) +(?=[A-Z(\"])")) {
        Matcher keyword = KEYWORD.matcher(sentence);
        if (keyword.find() && !sentence.contains("\"MUST NOT\"")) {
          int number = numbers.merge(section, 1, Integer::sum);
          String id = rfc + "-" + section + "-" + number;
          found.add(new Requirement(id, quote(sentence, keyword.start())));
        }
      }
    }
    return found;
  }

  private static String quote(String sentence, int keyword) {
    int from = Math.max(0, keyword - BEFORE);
    int to = Math.min(sentence.length(), keyword + AFTER);
    from = from == 0 ? 0 : sentence.indexOf(' ', from) + 1;
    to = to == sentence.length() ? to : sentence.lastIndexOf(' ', to);
    return (from == 0 ? "" : "… ")
        + sentence.substring(from, to)
        + (to == sentence.length() ? "" : " …");
  }

  /** Paragraphs as one line each, those that a page break cuts in two put together again. */
  private static List<String> paragraphs(String text) {
    List<String> all = new ArrayList<>();
    StringBuilder now = new StringBuilder();
    boolean pageBreak = false;
    for (String line : text.split("\r?\n|\f")) {
      if (line.matches(".*\\[Page \\d+\\]\\s*") || line.matches("RFC \\d+ {4,}.*")) {
        pageBreak = true;
      } else if (line.isBlank()) {
        end(all, now);
      } else {
        boolean goesOn = pageBreak && Character.isLowerCase(line.strip().charAt(0));
        if (!goesOn && now.isEmpty() && !all.isEmpty() && pageBreak && isOpen(all.getLast())) {
          goesOn = !line.matches("\\d.*");
        }
        if (goesOn && now.isEmpty() && !all.isEmpty()) {
          now.append(all.removeLast());
        }
        pageBreak = false;
        now.append(now.isEmpty() ? indent(line) : " ").append(line.strip());
      }
    }
    end(all, now);
    return all;
  }

  private static boolean isOpen(String paragraph) {
    return paragraph.matches(".*[a-z,]$");
  }

  private static String indent(String line) {
    return line.startsWith(" ") ? " " : "";
  }

  private static void end(List<String> all, StringBuilder now) {
    if (!now.isEmpty()) {
      all.add(now.toString());
      now.setLength(0);
    }
  }
}
