package dev.holdfast.boot;

import java.util.List;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.web.client.RestTemplate;

/** What differs between the lines of Spring Boot. */
public interface Line {

  /**
   * What this line configures by itself, the guards included.
   *
   * @return classes
   */
  List<Class<?>> autoConfigurations();

  /**
   * A setting of HTTP clients under this line's names.
   *
   * @param setting for example {@code read-timeout}
   * @param value of it
   * @return pairs for RestClient and WebClient
   */
  String[] http(String setting, String value);

  /**
   * The property that says what WebClient goes by.
   *
   * @return its name
   */
  String reactiveConnector();

  /**
   * What can be set for Feign's HTTP clients in this line.
   *
   * @return names of properties, in their order
   */
  List<String> feignSettings();

  /**
   * The application's RestTemplate.
   *
   * @param application started
   * @return of this line's builder
   */
  RestTemplate restTemplate(ApplicationContext application);

  /**
   * What Actuator's health says of the guards.
   *
   * @param application started
   * @return a status code
   */
  String health(ApplicationContext application);

  /**
   * An application that has nothing of its own.
   *
   * @param guarded false for one without the guards
   * @return to be run
   */
  default ApplicationContextRunner application(boolean guarded) {
    return new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(autoConfigurations().toArray(Class<?>[]::new)))
        .withPropertyValues("holdfast.enabled=" + guarded);
  }
}
