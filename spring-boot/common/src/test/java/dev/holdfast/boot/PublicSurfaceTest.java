package dev.holdfast.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The public types outside {@code dev.holdfast.internal}, by artifact, are those of the list, and
 * those that users may build on name no other. Until there is a release the list is the baseline: a
 * type that is added to it or taken from it is a decision, seen in the same commit.
 */
final class PublicSurfaceTest {

  private static final Path LIST = Path.of("../../docs/public-api.txt");
  private static final String OURS = "dev.holdfast.";

  private static final JavaClasses CLASSES = new ClassFileImporter().importPackages("dev.holdfast");

  /** What the list says of a type. */
  private enum Section {
    FOR_USERS("for users"),
    ENGINE("public for Java only, may change in any release");

    private final String title;

    Section(String title) {
      this.title = title;
    }
  }

  private static String artifact(JavaClass type) {
    String name = type.getPackageName();
    if (name.startsWith("dev.holdfast.redis")) {
      return "holdfast-redis";
    }
    if (name.startsWith("dev.holdfast.http")) {
      return "holdfast-http";
    }
    return name.startsWith("dev.holdfast.boot") ? "holdfast-spring-boot-common" : "holdfast-pool";
  }

  /** Public all the way up; nested ones stand with the type around them. */
  private static boolean isSeen(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(PublicSurfaceTest::isSeen).orElse(true);
  }

  private static boolean isOfTests(JavaClass type) {
    return type.getSource()
        .map(from -> from.getUri().toString())
        .orElse("")
        .matches(".*(test-classes|-tests[.]jar).*");
  }

  private static List<JavaClass> seen() {
    return CLASSES.stream()
        .filter(type -> isSeen(type) && !isOfTests(type) && !type.isAnonymousClass())
        .filter(type -> !type.getPackageName().startsWith("dev.holdfast.lab"))
        .filter(type -> !type.getPackageName().startsWith("dev.holdfast.internal."))
        .toList();
  }

  private static String top(JavaClass type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  private static Map<String, Section> listed() throws IOException {
    Map<String, Section> listed = new TreeMap<>();
    Section section = Section.ENGINE;
    for (String line : Files.readAllLines(LIST)) {
      if (line.startsWith("#")) {
        section = line.endsWith(Section.FOR_USERS.title) ? Section.FOR_USERS : Section.ENGINE;
      } else if (!line.isBlank()) {
        assertThat(listed.put(line.strip(), section)).as(line).isNull();
      }
    }
    return listed;
  }

  @Test
  void mustListEveryPublicTypeAndNoOther() throws IOException {
    Set<String> seen =
        seen().stream().map(PublicSurfaceTest::top).collect(Collectors.toCollection(TreeSet::new));
    assertThat(listed().keySet())
        .as("write what is new into one of the sections, and take out what is gone")
        .containsExactlyInAnyOrderElementsOf(seen);
  }

  @Test
  void mustListEachUnderItsArtifact() throws IOException {
    Map<String, String> artifacts = new TreeMap<>();
    seen().forEach(type -> artifacts.put(top(type), artifact(type)));
    String artifact = "";
    for (String line : Files.readAllLines(LIST)) {
      if (line.startsWith("# ")) {
        artifact = line.substring(2, line.indexOf(':'));
      } else if (!line.isBlank()) {
        assertThat(artifacts).containsEntry(line.strip(), artifact);
      }
    }
  }

  @Test
  void mustNameNoTypeThatIsNotForUsers() throws IOException {
    Map<String, Section> listed = listed();
    List<String> leaks = new ArrayList<>();
    for (JavaClass type : seen()) {
      if (listed.get(top(type)) == Section.FOR_USERS) {
        mentioned(type)
            .filter(other -> other.getName().startsWith(OURS))
            .filter(other -> listed.get(top(other)) != Section.FOR_USERS)
            .forEach(other -> leaks.add(type.getName() + " names " + other.getName()));
      }
    }
    assertThat(leaks).isEmpty();
  }

  @Test
  void mustExportWhatIsForUsersAndCloseTheRestToOthers() throws IOException {
    for (String module : List.of("pool", "redis-adapter", "http-adapter")) {
      String declared = Files.readString(Path.of("../..", module, "src/module/module-info.java"));
      String artifact = "holdfast-" + module.replace("-adapter", "");
      Set<String> shown =
          seen().stream()
              .filter(type -> artifact(type).equals(artifact))
              .map(JavaClass::getPackageName)
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(exports(declared, ";")).as(artifact).isEqualTo(shown);
      assertThat(exports(declared, " to\\s"))
          .as(artifact)
          .allMatch(each -> each.contains(".internal."));
    }
  }

  private static Set<String> exports(String declared, String end) {
    return Pattern.compile("exports ([\\w.]+)" + end)
        .matcher(declared)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A parent that is not public cannot be named; what it has is its child's. */
  private static Stream<JavaClass> mentioned(JavaClass type) {
    Optional<JavaClass> hidden = type.getRawSuperclass().filter(parent -> !isSeen(parent));
    Stream<JavaType> parents =
        Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
    Stream<JavaType> calls =
        Stream.concat(type.getMethods().stream(), type.getConstructors().stream())
            .filter(unit -> isSeen(unit.getModifiers()))
            .flatMap(PublicSurfaceTest::types);
    Stream<JavaType> fields =
        type.getFields().stream()
            .filter(field -> isSeen(field.getModifiers()))
            .map(JavaField::getType);
    Stream<JavaClass> own =
        Stream.of(
                parents.flatMap(PublicSurfaceTest::involved).filter(each -> !is(hidden, each)),
                calls.flatMap(PublicSurfaceTest::involved),
                fields.flatMap(PublicSurfaceTest::involved))
            .flatMap(types -> types);
    return Stream.concat(own, hidden.stream().flatMap(PublicSurfaceTest::mentioned));
  }

  private static boolean is(Optional<JavaClass> one, JavaClass other) {
    return one.filter(other::equals).isPresent();
  }

  private static Stream<JavaClass> involved(JavaType type) {
    return type.getAllInvolvedRawTypes().stream().map(JavaClass::getBaseComponentType);
  }

  private static Stream<JavaType> types(JavaCodeUnit unit) {
    Stream<JavaType> thrown =
        unit.getThrowsClause().stream().map(declared -> (JavaType) declared.getRawType());
    return Stream.of(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream(), thrown)
        .flatMap(types -> types);
  }

  private static boolean isSeen(Set<JavaModifier> modifiers) {
    boolean open =
        modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    return open && !modifiers.contains(JavaModifier.SYNTHETIC);
  }
}
