package dev.holdfast.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a wrong path is answered with: what, value, limit, source, and what to write instead. */
final class WrongPathsTest {

  private static final RequestedSettings NONE = RequestedSettings.none();

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          redsi                                | server is 'redsi'; it must be a preset            | redis, .* redsi:timeout=none
          aws-nlb -> my-cache                  | server is 'my-cache'; it must be a preset         | my-cache:timeout=5m
          redsi:timeout=5m                     | one letter away from 'redis'                      | write redis
          ngnix:timeout=75s                    | one letter away from 'nginx'                      | write nginx
          redis -> aws-nlb                     | it is the name of a hop                           | aws-nlb -> redis
          redis -> nginx                       | hop is 'redis'; it must be a middlebox            | aws-nlb -> redis
          aws-nlb                              | server is 'aws-nlb'; it must be a preset          | aws-nlb -> redis
          aws-nbl -> redis                     | is 'aws-nbl'; it must be one of                   | nearest are aws-nlb
          aws-nbl:idle=400s -> redis           | one letter away from 'aws-nlb'                    | write aws-nlb
          aws-nlb > redis                      | name is 'aws-nlb > redis'                         | write '->'
          aws-nlb redis                        | name is 'aws-nlb redis'                           | write '->'
          aws-nlb -> redis://cache.local:6379  | not a KEY=VALUE: '//cache.local:6379'             | redis:timeout=5m
          aws-nlb -> -> redis                  | not a path: 'aws-nlb -> -> redis'                 | aws-nlb -> redis
          redis:timeout=300                    | not a time: '300'; it must be a number with its   | write 250ms, 30s
          redis:timeout=5min                   | not a time: '5min'                                | 5m
          redis:timeout=-5s                    | not a time: '-5s'                                 | 30s
          redis:timeout=0s                     | idle timeout of redis is 0 s; it must be above    | leave it out
          redis:timeout=99999d                 | it must be at most 3650 days                      | write a shorter one
          redis:timeout=5m,timeout=6m          | 'timeout' is set twice                            | take one of them out
          redis:idle=5m                        | unknown key: 'idle'                               | there are: timeout
          aws-nlb:timeout=5m -> redis          | unknown key: 'timeout'                            | there are: idle
          aws-nlb:expiry=never -> redis        | unknown: 'never'                                  | silent rst fin
          aws-nlb:terminates=yes -> redis      | neither true nor false: 'yes'                     | write true or false
          nginx:max-requests=0                 | max requests of nginx is 0; it must be at least 1 | leave it out
          nginx:max-requests=many              | not a whole number: 'many'                        | write digits
          """)
  void mustRefuseTheText(String text, String what, String fix) {
    Throwable refused = catchThrowable(() -> NetworkPath.parse(text));
    assertThat(refused).isInstanceOf(IllegalArgumentException.class);
    assertThat(refused.getMessage()).containsPattern(pattern(what)).containsPattern(fix);
  }

  /** Brackets and pluses stand for themselves. */
  private static String pattern(String text) {
    return text.replace("(", "\\(").replace(")", "\\)");
  }

  static Stream<Arguments> settings() {
    return Stream.of(
        Arguments.of("aws-nlb -> redis", NONE.keepAliveIdle(Duration.ofHours(2)), "E"),
        Arguments.of("aws-nlb -> redis", NONE.maxIdle(Duration.ofMinutes(10)), "E"),
        Arguments.of("linux-conntrack -> redis", NONE.userTimeout(Duration.ofMinutes(10)), "E3"),
        Arguments.of("proxy:idle=1s -> redis", NONE, "E7"),
        Arguments.of("redis:max-age=1s", NONE, "E8"));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("settings")
  void mustListEveryContradiction(String path, RequestedSettings asked, String code) {
    Throwable refused = catchThrowable(() -> NetworkPath.parse(path).plan(asked));
    assertThat(refused).isInstanceOf(PathConflictException.class);
    List<PathConflict> conflicts = ((PathConflictException) refused).conflicts();
    assertThat(conflicts).isNotEmpty();
    assertThat(Objects.requireNonNull(refused.getMessage())).contains(code, "Fix:");
    assertThat(conflicts)
        .allSatisfy(
            each -> {
              assertThat(each.fix()).isNotBlank();
              assertThat(each.source()).isNotBlank();
            });
  }
}
