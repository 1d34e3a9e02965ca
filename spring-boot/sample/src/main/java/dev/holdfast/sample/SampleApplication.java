package dev.holdfast.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A shop. There is no line about Holdfast in its code: see {@code application.yaml}. */
@SpringBootApplication(proxyBeanMethods = false)
public class SampleApplication {

  /** Made by Spring. */
  public SampleApplication() {}

  /**
   * Starts it.
   *
   * @param args Spring Boot's
   */
  public static void main(String[] args) {
    SpringApplication.run(SampleApplication.class, args);
  }
}
