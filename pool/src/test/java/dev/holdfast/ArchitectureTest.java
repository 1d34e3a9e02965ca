package dev.holdfast;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The walls of the engine. */
final class ArchitectureTest {

  private static final JavaClasses ENGINE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.holdfast");

  @Test
  void mustSeeTheEngineAtAll() {
    assertThat(ENGINE.contain("dev.holdfast.path.NetworkPath")).isTrue();
    assertThat(ENGINE.contain("dev.holdfast.diagnosis.Cause")).isTrue();
  }

  @Test
  void mustKeepPathAndDiagnosisPure() {
    classes()
        .that()
        .resideInAnyPackage("dev.holdfast.path..", "dev.holdfast.diagnosis..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..", "org.jspecify..", "dev.holdfast.path..", "dev.holdfast.diagnosis..")
        .because("policy is pure: no client, no logging")
        .check(ENGINE);
  }

  @Test
  void mustKeepPathFreeOfInputAndOutput() {
    noClasses()
        .that()
        .resideInAPackage("dev.holdfast.path..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.io..", "java.net..", "java.nio..")
        .check(ENGINE);
  }

  @Test
  void mustKeepRulesAndVerdictsFreeOfTheNetwork() {
    noClasses()
        .that()
        .resideInAPackage("dev.holdfast.retry..")
        .or()
        .haveNameMatching(
            "dev.holdfast.wire.(WireJudge|WireVerdict|WireSnapshot|AckProgress|ConnectionClocks).*")
        .or()
        .haveNameMatching("dev.holdfast.wire.(PathTrial|ListenJudge|Opinion|SecondOpinion).*")
        .or()
        .haveNameMatching("dev.holdfast.gate.(EndpointGate|Expiries|PortLedger|RefillRate)")
        .or()
        .haveNameMatching("dev.holdfast.gate.(StormControl|StormPolicy|StormState|PortUse).*")
        .or()
        .resideInAPackage("dev.holdfast.usage..")
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
        .resideInAPackage("dev.holdfast.pool..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..", "java.nio..", "dev.holdfast.report..")
        .because("it pools connections of any kind; all input and output is the connector's")
        .check(ENGINE);
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.holdfast.pool..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.holdfast.pool..")
        .because("connections that are not pooled need nothing of it")
        .check(ENGINE);
  }

  @Test
  void mustKeepTheGateFreeOfDialling() {
    noClasses()
        .that()
        .resideInAPackage("dev.holdfast.gate..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.nio..", "dev.holdfast.dial..", "dev.holdfast.report..")
        .because("it decides who may dial, and dials nothing")
        .check(ENGINE);
  }

  @Test
  void mustNotNameAnyClientLibrary() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.lettuce..", "org.apache.hc..", "reactor.netty..")
        .because("adapters depend on the engine, never the other way")
        .check(ENGINE);
  }

  @Test
  void mustKeepPackagesFreeOfCycles() {
    slices().matching("dev.holdfast.(*)..").should().beFreeOfCycles().check(ENGINE);
  }
}
