package dev.holdfast.benchmarks.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** HikariCP over connections that do nothing. */
final class HikariContender implements Contender {

  private final HikariDataSource pool;

  HikariContender(int size) {
    HikariConfig config = new HikariConfig();
    config.setMaximumPoolSize(size);
    config.setDataSource(stub(DataSource.class));
    pool = new HikariDataSource(config);
  }

  /** Answers every call with the nothing of its type, and connections with a stub. */
  private static <T> T stub(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            HikariContender.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Class<?> result = method.getReturnType();
              if (result == Connection.class) {
                return stub(Connection.class);
              }
              if (result == boolean.class) {
                return method.getName().equals("isValid");
              }
              return result == int.class ? (Object) 0 : null;
            }));
  }

  @Override
  public Object borrow() throws SQLException {
    return pool.getConnection();
  }

  @Override
  public void giveBack(Object borrowed) throws SQLException {
    ((Connection) borrowed).close();
  }

  @Override
  public void close() {
    pool.close();
  }
}
