package io.pollux.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * One of the shipped examples for containers, read as its tool would: a key that is not one of the
 * known ones, and a key that comes twice, are errors.
 *
 * @param image name and tag
 * @param dropAll whether the engine's default capabilities are dropped first
 * @param add capabilities on top of that
 * @param hostNetwork whether it gets the host's network
 * @param readOnly whether its root is read-only
 * @param tmpfs where memory is mounted, with the options
 * @param mounts what is mounted from outside: the path inside, and whether it is read-only
 * @param stopSeconds how long an orderly stop may take
 * @param ulimits name and limit, -1 for none
 * @param probe the command that says whether it is ready, empty where the image's own is used
 */
record Example(
    String image,
    boolean dropAll,
    List<Capability> add,
    boolean hostNetwork,
    boolean readOnly,
    Map<String, String> tmpfs,
    Map<String, Boolean> mounts,
    int stopSeconds,
    Map<String, Long> ulimits,
    List<String> probe) {

  static final Path FOLDER =
      Path.of(System.getProperty("pollux.root", ".."), "packaging", "dist", "examples");

  /** examples/compose/compose.yaml. */
  static Example compose() throws IOException {
    Node root = Node.read(FOLDER.resolve("compose/compose.yaml"), "services", "volumes");
    Node service =
        root.map("services", "pollux")
            .map(
                "pollux",
                "image network_mode restart read_only cap_add ulimits stop_grace_period tmpfs volumes"
                    .split(" "));
    Map<String, String> tmpfs = new LinkedHashMap<>();
    service.texts("tmpfs").stream()
        .map(t -> t.split(":", 2))
        .forEach(t -> tmpfs.put(t[0], t.length > 1 ? t[1] : ""));
    Map<String, Boolean> mounts = new LinkedHashMap<>();
    for (String volume : service.texts("volumes")) {
      String[] part = volume.split(":");
      assertThat(part).as(volume).hasSizeBetween(2, 3);
      assertThat(part[0].startsWith("/") || root.keys("volumes").contains(part[0]))
          .as("a folder of the host or a volume of the file: %s", volume)
          .isTrue();
      mounts.put(part[1], part.length > 2 && part[2].equals("ro"));
    }
    Map<String, Long> ulimits = new LinkedHashMap<>();
    Node limits = service.map("ulimits", "memlock", "rtprio");
    limits.value().forEach((name, limit) -> ulimits.put(name, ((Number) limit).longValue()));
    String grace = service.text("stop_grace_period");
    assertThat(grace).matches("\\d+s");
    assertThat(service.text("restart")).isIn("always", "unless-stopped");
    return new Example(
        service.text("image"),
        false,
        capabilities(service.texts("cap_add")),
        service.text("network_mode").equals("host"),
        service.flag("read_only"),
        tmpfs,
        mounts,
        Integer.parseInt(grace.replace("s", "")),
        ulimits,
        List.of());
  }

  /** examples/kubernetes/daemonset.yaml. */
  static Example daemonSet() throws IOException {
    List<Node> objects = daemonSetObjects();
    assertThat(objects).extracting(o -> o.text("kind")).containsExactly("Namespace", "DaemonSet");
    Node root = objects.getLast();
    assertThat(root.text("apiVersion")).isEqualTo("apps/v1");
    Node spec = root.map("spec", "selector", "updateStrategy", "template");
    Node template = spec.map("template", "metadata", "spec");
    assertThat(spec.map("selector", "matchLabels").value().get("matchLabels"))
        .as("what the set selects is what its pods carry")
        .isEqualTo(template.map("metadata", "labels").value().get("labels"));
    Node pod =
        template.map(
            "spec",
            "hostNetwork dnsPolicy nodeSelector priorityClassName tolerations terminationGracePeriodSeconds containers volumes"
                .split(" "));
    Node container =
        pod.only(
            "containers",
            "name image securityContext readinessProbe resources volumeMounts".split(" "));
    Node security =
        container.map(
            "securityContext",
            "readOnlyRootFilesystem",
            "allowPrivilegeEscalation",
            "capabilities");
    Node capabilities = security.map("capabilities", "drop", "add");
    assertThat(security.flag("allowPrivilegeEscalation"))
        .as("the guard gives capabilities away")
        .isTrue();
    Map<String, Boolean> mounts = new LinkedHashMap<>();
    Map<String, String> tmpfs = new LinkedHashMap<>();
    for (Node mount : container.list("volumeMounts", "name", "mountPath", "readOnly")) {
      Node volume =
          pod.list("volumes", "name", "hostPath", "emptyDir").stream()
              .filter(v -> v.text("name").equals(mount.text("name")))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no volume " + mount.text("name")));
      if (volume.value().containsKey("emptyDir")) {
        assertThat(volume.map("emptyDir", "medium", "sizeLimit").text("medium"))
            .isEqualTo("Memory");
        tmpfs.put(mount.text("mountPath"), "");
      } else {
        assertThat(volume.map("hostPath", "path", "type").text("path")).startsWith("/");
        mounts.put(
            mount.text("mountPath"),
            mount.value().containsKey("readOnly") && mount.flag("readOnly"));
      }
    }
    return new Example(
        container.text("image"),
        capabilities.texts("drop").equals(List.of("ALL")),
        capabilities(capabilities.texts("add")),
        pod.flag("hostNetwork"),
        security.flag("readOnlyRootFilesystem"),
        tmpfs,
        mounts,
        (Integer) pod.value().get("terminationGracePeriodSeconds"),
        Map.of(),
        container
            .map("readinessProbe", "exec", "periodSeconds", "timeoutSeconds")
            .map("exec", "command")
            .texts("command"));
  }

  private static List<Node> daemonSetObjects() throws IOException {
    Path file = FOLDER.resolve("kubernetes/daemonset.yaml");
    return Node.readAll(file, "apiVersion", "kind", "metadata", "spec");
  }

  /** Each namespace that an object of examples/kubernetes/daemonset.yaml names. */
  static List<String> namespacesNamed() throws IOException {
    return daemonSetObjects().stream()
        .map(o -> o.map("metadata", "name", "namespace", "labels"))
        .filter(metadata -> metadata.value().containsKey("namespace"))
        .map(metadata -> metadata.text("namespace"))
        .toList();
  }

  /** Each namespace that it makes. */
  static List<String> namespacesMade() throws IOException {
    return daemonSetObjects().stream()
        .filter(o -> o.text("kind").equals("Namespace") && o.text("apiVersion").equals("v1"))
        .map(o -> o.map("metadata", "name", "labels").text("name"))
        .toList();
  }

  private static List<Capability> capabilities(List<String> names) {
    return names.stream().map(Capability::valueOf).toList();
  }

  /** A mapping of a file, and where it stands there. */
  private record Node(String where, Map<String, Object> value) {
    private static Node read(Path file, String... known) throws IOException {
      List<Node> documents = readAll(file, known);
      assertThat(documents).as(file.toString()).hasSize(1);
      return documents.getFirst();
    }

    private static List<Node> readAll(Path file, String... known) throws IOException {
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      List<Node> documents = new ArrayList<>();
      new Yaml(new SafeConstructor(options))
          .loadAll(Files.readString(file))
          .forEach(d -> documents.add(of(file.getFileName().toString(), d, known)));
      return documents;
    }

    private static Node of(String where, Object read, String... known) {
      assertThat(read).as(where).isInstanceOf(Map.class);
      Map<String, Object> value = new LinkedHashMap<>();
      ((Map<?, ?>) read).forEach((key, v) -> value.put(key.toString(), v));
      assertThat(value.keySet()).as(where).isSubsetOf(Arrays.asList(known));
      return new Node(where, value);
    }

    Node map(String key, String... known) {
      return of(where + "." + key, value.get(key), known);
    }

    List<String> keys(String key) {
      assertThat(value.get(key)).as(where + "." + key).isInstanceOf(Map.class);
      return ((Map<?, ?>) value.get(key)).keySet().stream().map(Object::toString).toList();
    }

    List<Node> list(String key, String... known) {
      assertThat(value.get(key)).as(where + "." + key).isInstanceOf(List.class);
      List<Node> nodes = new ArrayList<>();
      ((List<?>) value.get(key)).forEach(v -> nodes.add(of(where + "." + key, v, known)));
      return nodes;
    }

    Node only(String key, String... known) {
      List<Node> nodes = list(key, known);
      assertThat(nodes).hasSize(1);
      return nodes.getFirst();
    }

    List<String> texts(String key) {
      assertThat(value.get(key)).as(where + "." + key).isInstanceOf(List.class);
      return ((List<?>) value.get(key)).stream().map(Object::toString).toList();
    }

    String text(String key) {
      assertThat(value.get(key)).as(where + "." + key).isInstanceOf(String.class);
      return (String) value.get(key);
    }

    boolean flag(String key) {
      assertThat(value.get(key)).as(where + "." + key).isInstanceOf(Boolean.class);
      return (Boolean) value.get(key);
    }
  }
}
