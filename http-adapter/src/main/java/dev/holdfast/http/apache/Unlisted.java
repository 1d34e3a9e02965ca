package dev.holdfast.http.apache;

import java.lang.reflect.Field;
import java.util.Optional;

/**
 * Reads what the user has set on HttpClient's builders and pools, which have setters for it and no
 * getters: it is not to be dropped. HttpClient is no named module, so nothing is closed; where a
 * field has gone the answer is empty.
 */
final class Unlisted {

  private Unlisted() {}

  /**
   * The value of a field.
   *
   * @param owner the class that declares it
   * @param name of the field
   * @param type of the value
   * @return empty if it is null, or not there
   */
  static <T> Optional<T> read(Object from, Class<?> owner, String name, Class<T> type) {
    try {
      Field field = owner.getDeclaredField(name);
      field.setAccessible(true);
      Object value = field.get(from);
      return type.isInstance(value) ? Optional.of(type.cast(value)) : Optional.empty();
    } catch (ReflectiveOperationException | RuntimeException gone) {
      return Optional.empty();
    }
  }
}
