import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code AddRuntime BOM RELEASE OUT [CACHE]}: the bill of materials with what Maven does not know of: the Java runtime, and
 * the AOT cache, where CACHE is its path.
 */
final class AddRuntime {
  private AddRuntime() {}

  public static void main(String[] args) throws Exception {
    String bom = Files.readString(Path.of(args[0]));
    Map<String, String> release = new HashMap<>();
    for (String line : Files.readAllLines(Path.of(args[1]))) {
      int at = line.indexOf('=');
      release.put(line.substring(0, at), line.substring(at + 1).replace("\"", ""));
    }
    String version = release.get("JAVA_VERSION");
    String component =
        """
        {
              "type" : "platform",
              "bom-ref" : "pkg:generic/openjdk-runtime@%1$s",
              "name" : "openjdk-runtime",
              "version" : "%1$s",
              "description" : "trimmed Java runtime, modules %2$s",
              "licenses" : [ { "expression" : "GPL-2.0-only WITH Classpath-exception-2.0" } ],
              "purl" : "pkg:generic/openjdk-runtime@%1$s"
            },
            """
            .formatted(version, release.get("MODULES"));
    if (args.length > 3) {
      component += cache(args[3]);
    }
    // The outermost ones: the tools that made the file have components too.
    int at = bom.indexOf("\n  \"components\"");
    int open = bom.indexOf('[', at);
    if (at < 0 || open < 0) {
      throw new IllegalStateException(args[0] + " has no components");
    }
    Files.writeString(
        Path.of(args[2]), bom.substring(0, open + 1) + component + bom.substring(open + 1).stripLeading());
  }

  private static String cache(String path) {
    return """

            {
              "type" : "file",
              "bom-ref" : "file:%1$s",
              "name" : "%1$s",
              "description" : "AOT cache: the jars named here, loaded and linked by the runtime named here; holds no code of others",
              "properties" : [ { "name" : "pollux:reproducible", "value" : "false" } ]
            },
            """
        .formatted(path);
  }
}
