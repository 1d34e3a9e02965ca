package dev.holdfast;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The walls of the engine. */
final class ArchitectureTest {

  private static final JavaClasses ENGINE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.holdfast");

  /** A room is what it shows to users and what it keeps to itself. */
  private static final SliceAssignment ROOMS =
      new SliceAssignment() {
        private final Pattern name = Pattern.compile("dev[.]holdfast[.](?:internal[.])?(\\w+).*");

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          Matcher room = name.matcher(type.getPackageName());
          return room.matches() ? SliceIdentifier.of(room.group(1)) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
          return "rooms";
        }
      };

  private static String[] rooms(String... names) {
    return rooms(List.of(), names);
  }

  private static String[] rooms(List<String> others, String... names) {
    Stream<String> ours =
        Stream.of(names)
            .flatMap(
                name ->
                    Stream.of(
                        "dev.holdfast." + name + "..", "dev.holdfast.internal." + name + ".."));
    return Stream.concat(others.stream(), ours).toArray(String[]::new);
  }

  @Test
  void mustSeeTheEngineAtAll() {
    assertThat(ENGINE.contain("dev.holdfast.path.NetworkPath")).isTrue();
    assertThat(ENGINE.contain("dev.holdfast.diagnosis.Cause")).isTrue();
    assertThat(ENGINE.contain("dev.holdfast.internal.wire.WireJudge")).isTrue();
  }

  @Test
  void mustKeepPathAndDiagnosisPure() {
    classes()
        .that()
        .resideInAnyPackage(rooms("path", "diagnosis"))
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(rooms(List.of("java..", "org.jspecify.."), "path", "diagnosis"))
        .because("policy is pure: no client, no logging")
        .check(ENGINE);
  }

  @Test
  void mustKeepPathFreeOfInputAndOutput() {
    noClasses()
        .that()
        .resideInAnyPackage(rooms("path"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.io..", "java.net..", "java.nio..")
        .check(ENGINE);
  }

  @Test
  void mustKeepRulesAndVerdictsFreeOfTheNetwork() {
    noClasses()
        .that()
        .resideInAnyPackage(rooms("retry"))
        .or()
        .haveNameMatching(
            "dev.holdfast.*wire.(WireJudge|WireVerdict|WireSnapshot|AckProgress|ConnectionClocks).*")
        .or()
        .haveNameMatching("dev.holdfast.*wire.(PathTrial|ListenJudge|Opinion|SecondOpinion).*")
        .or()
        .haveNameMatching("dev.holdfast.*gate.(EndpointGate|Expiries|PortLedger|RefillRate)")
        .or()
        .haveNameMatching("dev.holdfast.*gate.(StormControl|StormPolicy|StormState|PortUse).*")
        .or()
        .resideInAnyPackage(rooms("usage"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..", "java.net..", "java.nio..")
        .because("policy is pure; I/O stays at the edges")
        .check(ENGINE);
  }

  @Test
  void mustKeepThePoolFreeOfInputAndOutput() {
    noClasses()
        .that()
        .resideInAnyPackage(rooms("pool"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(rooms(List.of("io.netty..", "java.nio.."), "report"))
        .because("it pools connections of any kind; all input and output is the connector's")
        .check(ENGINE);
    noClasses()
        .that()
        .resideOutsideOfPackages(rooms("pool"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(rooms("pool"))
        .because("connections that are not pooled need nothing of it")
        .check(ENGINE);
  }

  @Test
  void mustKeepTheGateFreeOfDialling() {
    noClasses()
        .that()
        .resideInAnyPackage(rooms("gate"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(rooms(List.of("java.nio.."), "dial", "report"))
        .because("it decides who may dial, and dials nothing")
        .check(ENGINE);
  }

  @Test
  void mustNotNameAnyClientLibrary() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.lettuce..", "redis.clients..", "org.apache.hc..", "reactor.netty..", "okhttp3..")
        .because("adapters depend on the engine, never the other way")
        .check(ENGINE);
  }

  @Test
  void mustKeepPackagesFreeOfCycles() {
    slices().assignedFrom(ROOMS).should().beFreeOfCycles().check(ENGINE);
  }
}
