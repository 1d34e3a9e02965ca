package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.path.Hop;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.Connector;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a user hands in and is null is refused where he hands it in, by its name: every public
 * method and constructor of the builders and plans, by reflection.
 */
final class NullsTest {

  private static final NetworkPath PATH =
      NetworkPath.to(ServerLimits.withIdleTimeout("server", Duration.ofMinutes(5)));

  private static final List<Object> RECEIVERS =
      List.of(
          PATH,
          PATH.plan(),
          ServerLimits.withoutIdleTimeout("server"),
          Hop.named("hop"),
          RequestedSettings.none(),
          ConnectionPool.builder(connector(), PATH.plan()),
          EndpointGates.custom());

  @SuppressWarnings("unchecked")
  private static Connector<Object> connector() {
    return (Connector<Object>)
        Proxy.newProxyInstance(
            NullsTest.class.getClassLoader(),
            new Class<?>[] {Connector.class},
            (proxy, method, arguments) -> null);
  }

  private static boolean refusesNull(Class<?> type, AnnotatedType annotated) {
    return !type.isPrimitive() && !annotated.isAnnotationPresent(Nullable.class);
  }

  private static Object any(Class<?> type) {
    if (type == Duration.class) {
      return Duration.ofMinutes(1);
    } else if (type == String.class || type == CharSequence.class) {
      return "any";
    } else if (type == int.class) {
      return 1;
    } else if (type == long.class) {
      return 1L;
    } else if (type == double.class) {
      return 0.5;
    } else if (type == boolean.class) {
      return false;
    } else if (type.isEnum()) {
      return type.getEnumConstants()[0];
    } else if (type == Optional.class) {
      return Optional.empty();
    } else if (type == OptionalLong.class) {
      return OptionalLong.empty();
    } else if (type == OptionalInt.class) {
      return OptionalInt.empty();
    }
    return null;
  }

  /** Null is passed for one parameter at a time, as far as the others can be made up. */
  private static void check(Executable called, @Nullable Object on, List<String> wrong)
      throws ReflectiveOperationException {
    Class<?>[] types = called.getParameterTypes();
    for (int i = 0; i < types.length; i++) {
      if (!refusesNull(types[i], called.getAnnotatedParameterTypes()[i])) {
        continue;
      }
      Object[] arguments = Arrays.stream(types).map(NullsTest::any).toArray();
      arguments[i] = null;
      try {
        if (called instanceof Method method) {
          method.invoke(on, arguments);
        } else {
          ((Constructor<?>) called).newInstance(arguments);
        }
        wrong.add(called + ": parameter " + i + " may be null");
      } catch (InvocationTargetException thrown) {
        String message = String.valueOf(thrown.getCause().getMessage());
        boolean named =
            thrown.getCause() instanceof IllegalArgumentException
                || message.matches("[A-Za-z]+( .*)?");
        if (!named || message.startsWith("Cannot") || message.equals("null")) {
          wrong.add(called + ": parameter " + i + ": " + thrown.getCause());
        }
      }
    }
  }

  @Test
  void mustNameWhatIsNullInBuildersAndPlans() throws ReflectiveOperationException {
    List<String> wrong = new ArrayList<>();
    for (Object receiver : RECEIVERS) {
      for (Method method : receiver.getClass().getMethods()) {
        boolean own =
            method.getDeclaringClass() == receiver.getClass()
                && !method.getName().equals("equals")
                && !method.isBridge();
        if (own) {
          check(method, Modifier.isStatic(method.getModifiers()) ? null : receiver, wrong);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void mustNameWhatIsNullInValues() throws ReflectiveOperationException {
    List<String> wrong = new ArrayList<>();
    JavaClasses engine =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.holdfast.path", "dev.holdfast.retry");
    for (JavaClass one : engine) {
      Class<?> type = one.reflect();
      boolean open = Modifier.isPublic(type.getModifiers()) && type.isRecord();
      if (open) {
        for (Constructor<?> constructor : type.getConstructors()) {
          check(constructor, null, wrong);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }
}
