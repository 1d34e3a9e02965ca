package dev.holdfast.redis.jedis;

import static dev.holdfast.redis.jedis.Jedises.ask;
import static dev.holdfast.redis.jedis.Jedises.send;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.redis.ScriptedRedis;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Connection;

/** Nobody is told that a command did not run which may have. */
final class JedisTransactionEndsTest {

  /** The last ones are lost, unanswered, those behind the bar. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "MULTI RESET | INCR",
        "MULTI | RESET INCR",
        "MULTI | DISCARD INCR",
        "MULTI | EXEC",
        "MULTI SUBSCRIBE INCR | EXEC"
      })
  void mustNotSayOfWhatMayHaveRunThatItDidNot(String program) throws Exception {
    List<String> words = Arrays.asList(program.split(" "));
    int answered = words.indexOf("|");
    List<String> behindTheBar = words.subList(answered + 1, words.size());
    try (ScriptedRedis server =
            ScriptedRedis.answering(
                command -> behindTheBar.contains(command) ? null : ScriptedRedis.plain(command));
        JedisBed bed = new JedisBed(server.port());
        Connection connection = bed.guarded(1).getConnection()) {
      for (String word : words.subList(0, answered)) {
        ask(connection, word, word);
      }
      for (String word : behindTheBar) {
        send(connection, word, word);
      }
      assertThatThrownBy(connection::getOne).isInstanceOf(AmbiguousJedisOutcomeException.class);
    }
  }
}
