package io.winnow.kestra;

import io.kestra.core.runners.DefaultRunContext;
import io.kestra.core.runners.RunContext;
import io.kestra.core.services.FlowService;
import io.kestra.core.storages.StorageInterface;
import io.micronaut.context.ApplicationContext;
import io.micronaut.inject.qualifiers.Qualifiers;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The server that a task runs in. Kestra moved these doors between its releases; one jar serves 1.1 to 2.0 by looking up by name
 * what its own compile-time version (1.1) doesn't have.
 */
final class KestraServer {
    private final RunContext context;
    private final ApplicationContext application;

    KestraServer(RunContext context) {
        this.context = context;
        this.application = applicationOf(context);
    }

    /** Empty on a 2.0 worker that runs apart from the server: there Kestra gives no plugin access to the server's own things. */
    Optional<ApplicationContext> application() {
        return Optional.ofNullable(application);
    }

    Optional<StorageInterface> storage() {
        return application().flatMap(found -> found.findBean(StorageInterface.class));
    }

    /** The server's own pool of connections to a database. Its wrappers give out the connection of a running transaction only. */
    Optional<DataSource> pool(String name) {
        Optional<DataSource> pool = application().flatMap(found -> found.findBean(DataSource.class, Qualifiers.byName(name)));
        try {
            while (pool.isPresent()) {
                Optional<Found> inner = new Found(pool.get().getClass(), pool.get()).call("getTargetDataSource");
                if (inner.isEmpty()) break;
                pool = inner.map(found -> (DataSource) found.value());
            }
        } catch (Exception refused) {
            throw new IllegalStateException("The server's pool of connections to `" + name + "` can't be read: " + refused.getMessage(), refused);
        }
        return pool;
    }

    /** As Kestra's own purge tasks: the flow's namespace is always allowed, another one or all of them when the server says so. */
    void checkNamespace(String namespace) throws Exception {
        RunContext.FlowInfo flow = context.flowInfo();
        if (namespace != null && namespace.equals(flow.namespace())) return;
        Optional<Found> acl = new Found(RunContext.class, context).call("acl");  // from 1.2 on
        if (acl.isPresent()) {
            Optional<Found> allowed = namespace == null ? acl.get().call("allowAllNamespaces") : acl.get().call("allowNamespace", namespace);
            allowed.orElseThrow().call("check");
        } else if (namespace == null) {
            application.getBean(FlowService.class).checkAllowedAllNamespaces(flow.tenantId(), flow.tenantId(), flow.namespace());
        } else {
            application.getBean(FlowService.class).checkAllowedNamespace(flow.tenantId(), namespace, flow.tenantId(), flow.namespace());
        }
    }

    private static ApplicationContext applicationOf(RunContext context) {
        Found run = new Found(DefaultRunContext.class, context);
        try {
            Optional<Found> services = run.call("services");  // from 1.2 on
            Optional<Found> found = services.isPresent()
                ? services.get().call("additionalService", ApplicationContext.class)
                : run.call("getApplicationContext");
            return (ApplicationContext) found.orElseThrow().value();
        } catch (Exception refused) {
            return null;
        }
    }

    /** An object under the public type by which it was found: its class may be hidden. */
    private record Found(Class<?> type, Object value) {
        /** Empty where the type has no such method. */
        Optional<Found> call(String name, Object... arguments) throws Exception {
            for (Method method : type.getMethods()) {
                if (!method.getName().equals(name) || method.getParameterCount() != arguments.length) continue;
                try {
                    return Optional.of(new Found(method.getReturnType(), method.invoke(value, arguments)));
                } catch (InvocationTargetException thrown) {
                    if (thrown.getCause() instanceof Exception cause) throw cause;
                    throw thrown;
                }
            }
            return Optional.empty();
        }
    }
}
