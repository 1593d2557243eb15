package io.pollux.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void everyKindOfField() {
    String text =
        Json.compact(
            j ->
                j.field("s", "a\"b\\c\n\u0001é")
                    .field("none", (String) null)
                    .field("n", -5L)
                    .field("d", 1.5)
                    .field("nan", Double.NaN)
                    .field("b", true)
                    .field("o", OptionalLong.empty())
                    .field("p", OptionalLong.of(7))
                    .field("q", Optional.of(Style.GOOD))
                    .nothing("z")
                    .object("in", i -> i.field("x", 1L))
                    .objects("list", List.of("a", "b"), (to, item) -> to.field("v", item))
                    .strings("names", List.of("k", 'l'))
                    .numbers("spis", List.of(1, 4294967295L)));
    assertThat(text)
        .isEqualTo(
            "{\"s\":\"a\\\"b\\\\c\\n\\u0001é\",\"none\":null,\"n\":-5,\"d\":1.5,\"nan\":null,\"b\":true,"
                + "\"o\":null,\"p\":7,\"q\":\"GOOD\",\"z\":null,\"in\":{\"x\":1},"
                + "\"list\":[{\"v\":\"a\"},{\"v\":\"b\"}],\"names\":[\"k\",\"l\"],\"spis\":[1,4294967295]}");
  }

  @Test
  void prettyIsIndentedByTwo() {
    assertThat(Json.pretty(j -> j.field("a", 1L).strings("l", List.of("x"))))
        .isEqualTo("{\n  \"a\" : 1,\n  \"l\" : [\n    \"x\"\n  ]\n}");
  }
}
