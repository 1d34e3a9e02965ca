package dev.holdfast.benchmarks.transparency;

import dev.holdfast.benchmarks.transparency.Transcript.Section;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A server of its own for each client, and what it knows. */
final class Oracle implements AutoCloseable {

  private static final Duration CLOSED_SOON = Duration.ofSeconds(10);
  private static final Pattern STATISTIC =
      Pattern.compile("cmdstat_([^:]+):calls=(\\d+),.*rejected_calls=(\\d+),failed_calls=(\\d+).*");

  private static final Set<String> HANDSHAKE = Set.of("hello", "client|setinfo", "auth");

  /** Of {@code CLIENT LIST}. */
  private static final List<String> FACTS =
      List.of("name", "flags", "db", "sub", "psub", "ssub", "multi", "user", "resp");

  /** All data, each key with its type and content, in order. */
  private static final String DUMP =
      """
      local lines = {}
      for db = 0, 3 do
        redis.call('SELECT', db)
        local keys = redis.call('KEYS', '*')
        table.sort(keys)
        for _, key in ipairs(keys) do
          local type = redis.call('TYPE', key).ok
          local content
          if type == 'string' then content = redis.call('GET', key)
          elseif type == 'list' then content = redis.call('LRANGE', key, 0, -1)
          elseif type == 'set' then content = redis.call('SMEMBERS', key) table.sort(content)
          elseif type == 'zset' then content = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
          elseif type == 'hash' then content = redis.call('HGETALL', key)
          else content = redis.call('XRANGE', key, '-', '+') end
          local expires = redis.call('TTL', key) > 0
          lines[#lines + 1] = db .. ' ' .. key .. ' ' .. type .. ' ' .. cjson.encode(content) .. ' ' .. tostring(expires)
        end
      end
      return lines
      """;

  private final RedisServer server = RedisServer.start();
  private final RedisClient client =
      RedisClient.create(RedisURI.create("127.0.0.1", server.port()));
  private final StatefulRedisConnection<String, String> connection = client.connect();
  private final RedisCommands<String, String> redis = connection.sync();
  private final long id = redis.clientId();

  Oracle() {
    run(List.of("ACL", "SETUSER", "other", "on", ">secret", "~*", "&*", "+@all"));
    run(List.of("ACL", "SETUSER", "nomulti", "on", ">secret", "~*", "&*", "+@all", "-multi"));
  }

  int port() {
    return server.port();
  }

  /** An empty server that nobody else is connected to, all counts at zero. */
  void reset() {
    Await.until("all have left", CLOSED_SOON, () -> clients().isEmpty());
    redis.flushall();
    redis.functionFlush(io.lettuce.core.FlushMode.SYNC);
    redis.scriptFlush();
    redis.configResetstat();
  }

  void run(List<String> words) {
    CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
    words.subList(1, words.size()).forEach(args::add);
    redis.dispatch(Naming.PLAIN.of(words.get(0)), new NestedMultiOutput<>(StringCodec.UTF8), args);
  }

  private List<Map<String, String>> clients() {
    return redis
        .clientList()
        .lines()
        .map(Oracle::facts)
        .filter(facts -> !is(facts, "id", Long.toString(id)))
        .toList();
  }

  private static Map<String, String> facts(String line) {
    return Arrays.stream(line.split(" "))
        .filter(fact -> fact.indexOf('=') > 0)
        .collect(
            Collectors.toMap(
                fact -> fact.substring(0, fact.indexOf('=')),
                fact -> fact.substring(fact.indexOf('=') + 1),
                (first, second) -> first));
  }

  /**
   * Tells all, with the least trace of its own.
   *
   * @param pooled how many connections a pool opens is its own affair
   */
  long tell(Transcript transcript, boolean pooled) {
    String info = redis.info("all");
    if (!pooled) {
      tellClients(info, transcript);
    }
    List<String> data = redis.eval(DUMP, io.lettuce.core.ScriptOutputType.MULTI);
    data.forEach(line -> transcript.add(Section.DATA, line));
    long pings = 0;
    for (String line : info.lines().sorted().toList()) {
      Matcher found = STATISTIC.matcher(line);
      if (!found.matches()) {
        continue;
      }
      if (found.group(1).equals("ping")) {
        pings = Long.parseLong(found.group(2)) + Long.parseLong(found.group(3));
      } else if (!pooled || !HANDSHAKE.contains(found.group(1))) {
        transcript.add(
            Section.COMMANDS,
            "%s calls %s, rejected %s, failed %s"
                .formatted(found.group(1), found.group(2), found.group(3), found.group(4)));
      }
    }
    return pings;
  }

  private void tellClients(String info, Transcript transcript) {
    clients().stream()
        .map(Oracle::shown)
        .sorted()
        .forEach(line -> transcript.add(Section.CLIENTS, line));
    info.lines()
        .filter(line -> line.startsWith("total_connections_received"))
        .forEach(line -> transcript.add(Section.CLIENTS, line));
  }

  private static boolean is(Map<String, String> facts, String fact, String value) {
    return value.equals(facts.get(fact));
  }

  private static String shown(Map<String, String> facts) {
    boolean plain =
        (is(facts, "resp", "3") || (is(facts, "sub", "0") && is(facts, "psub", "0")))
            && is(facts, "multi", "-1")
            && !facts.getOrDefault("flags", "").contains("O");
    String known =
        FACTS.stream()
            .filter(facts::containsKey)
            .map(fact -> fact + "=" + facts.get(fact))
            .collect(Collectors.joining(" "));
    return plain ? known : known + " last command " + facts.get("cmd");
  }

  @Override
  public void close() {
    connection.close();
    client.shutdown(Duration.ZERO, Duration.ZERO);
    server.close();
  }
}
