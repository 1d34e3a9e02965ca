package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void mustEscapeWhatWouldBreakAString() {
    assertThat(Json.of("a\"b\\c\nd\re\tf\u0000g\u001bh/é"))
        .isEqualTo("\"a\\\"b\\\\c\\nd\\re\\tf\\u0000g\\u001bh/é\"\n");
  }

  @Test
  void mustKeepSurrogatesAndLineSeparatorsReadableEverywhere() {
    assertThat(Json.of("\uD83D\uDE00\u2028\uD800")).isEqualTo("\"\\ud83d\\ude00\\u2028\\ud800\"\n");
  }

  @Test
  void mustWriteAllKinds() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("n", 1L);
    object.put("d", -0.5);
    object.put("t", true);
    object.put("none", null);
    object.put("k\"", Map.of());
    assertThat(Json.of(Arrays.asList(object, null)))
        .isEqualTo(
            "[\n  {\"n\": 1, \"d\": -0.5, \"t\": true, \"none\": null, \"k\\\"\": {}},\n  null\n]\n");
    assertThat(Json.of(List.of())).isEqualTo("[]\n");
  }

  @Test
  void mustRefuseWhatJsonCannotSay() {
    assertThatIllegalArgumentException().isThrownBy(() -> Json.of(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> Json.of(new Object()));
  }
}
