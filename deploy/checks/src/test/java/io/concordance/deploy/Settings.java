package io.concordance.deploy;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Settings that the services declare, read off the sources of {@code @ConfigMapping}s and {@code @ConfigProperty}s. */
final class Settings {

    /**
     * @param method that reads it, empty for a {@code @ConfigProperty}
     * @param fallback default, empty where there is none
     * @param doc first sentences of what is declared, on one line
     */
    record Setting(String module, String key, String type, Optional<String> fallback, String doc, String method) {
        String variable() {
            return Settings.variable(key);
        }
    }

    private static final Map<String, List<Setting>> DECLARED = new ConcurrentHashMap<>();

    private Settings() {}

    /** Name of the environment variable of a key, by the rule of MicroProfile Config. */
    static String variable(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    static List<Setting> declared() {
        return Repository.SERVICES.stream()
                .flatMap(module -> declared(module).stream())
                .toList();
    }

    static List<Setting> declared(String module) {
        return DECLARED.computeIfAbsent(module, Settings::read);
    }

    private static List<Setting> read(String module) {
        List<Setting> settings = new ArrayList<>();
        parse(module, "org.eclipse.microprofile.config|io.smallrye.config", (units, docs) -> {
            for (CompilationUnitTree unit : units) {
                new Scanner(module, docs, settings).scan(new TreePath(unit), null);
            }
        });
        return settings;
    }

    interface Use {
        void of(List<CompilationUnitTree> units, DocTrees docs);
    }

    /** Main sources of a module in which {@code pattern} occurs, parsed and not analysed. */
    static void parse(String module, String pattern, Use use) {
        Predicate<String> occurs = Pattern.compile(pattern).asPredicate();
        List<Path> sources = Repository.sources(module).stream()
                .filter(file -> occurs.test(Repository.text(file.toString())))
                .toList();
        if (sources.isEmpty()) {
            return;
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null,
                    files,
                    diagnostic -> {},
                    List.of("-proc:none"),
                    null,
                    files.getJavaFileObjectsFromPaths(sources));
            List<CompilationUnitTree> units = new ArrayList<>();
            task.parse().forEach(units::add);
            use.of(units, DocTrees.instance(task));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Scanner extends TreePathScanner<Void, Void> {
        private final String module;
        private final DocTrees docs;
        private final List<Setting> settings;

        Scanner(String module, DocTrees docs, List<Setting> settings) {
            this.module = module;
            this.docs = docs;
            this.settings = settings;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            argument(type.getModifiers().getAnnotations(), "ConfigMapping", "prefix")
                    .ifPresent(prefix -> mapping(getCurrentPath(), prefix, nested(getCurrentPath(), new HashMap<>())));
            return super.visitClass(type, null);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void nothing) {
            var annotations = variable.getModifiers().getAnnotations();
            argument(annotations, "ConfigProperty", "name")
                    .ifPresent(key -> settings.add(new Setting(
                            module,
                            key,
                            String.valueOf(variable.getType()),
                            argument(annotations, "ConfigProperty", "defaultValue"),
                            "",
                            "")));
            return super.visitVariable(variable, null);
        }

        private static Map<String, TreePath> nested(TreePath path, Map<String, TreePath> types) {
            for (Tree member : ((ClassTree) path.getLeaf()).getMembers()) {
                if (member instanceof ClassTree type) {
                    TreePath inner = new TreePath(path, type);
                    types.put(type.getSimpleName().toString(), inner);
                    nested(inner, types);
                }
            }
            return types;
        }

        private void mapping(TreePath path, String prefix, Map<String, TreePath> types) {
            for (Tree member : ((ClassTree) path.getLeaf()).getMembers()) {
                if (member instanceof MethodTree method && method.getBody() == null) {
                    setting(new TreePath(path, method), method, prefix, types);
                }
            }
        }

        private void setting(TreePath path, MethodTree method, String prefix, Map<String, TreePath> types) {
            var annotations = method.getModifiers().getAnnotations();
            String key = prefix + "."
                    + argument(annotations, "WithName", "value")
                            .orElseGet(() -> kebab(method.getName().toString()));
            String type = String.valueOf(method.getReturnType());
            String element = type.startsWith("Map<")
                    ? type.substring(type.indexOf(',') + 1, type.length() - 1).strip()
                    : type;
            TreePath inner = types.get(element);
            if (inner != null && inner.getLeaf().getKind() == Tree.Kind.INTERFACE) {
                mapping(inner, type.equals(element) ? key : key + ".*", types);
                return;
            }
            if (inner != null) {
                type = ((ClassTree) inner.getLeaf())
                        .getMembers().stream()
                                .filter(VariableTree.class::isInstance)
                                .map(constant -> ((VariableTree) constant)
                                        .getName()
                                        .toString()
                                        .toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(" or "));
            }
            String doc = docs.getDocComment(path);
            settings.add(new Setting(
                    module,
                    key,
                    type,
                    argument(annotations, "WithDefault", "value"),
                    doc == null ? "" : plain(doc),
                    method.getName().toString()));
        }

        private static Optional<String> argument(
                List<? extends AnnotationTree> annotations, String name, String member) {
            return annotations.stream()
                    .filter(annotation ->
                            annotation.getAnnotationType().toString().equals(name))
                    .flatMap(annotation -> annotation.getArguments().stream())
                    .map(argument -> argument instanceof AssignmentTree assignment
                            ? Map.<String, ExpressionTree>entry(
                                    assignment.getVariable().toString(), assignment.getExpression())
                            : Map.<String, ExpressionTree>entry("value", argument))
                    .filter(argument -> argument.getKey().equals(member))
                    .map(argument ->
                            ((LiteralTree) argument.getValue()).getValue().toString())
                    .findFirst();
        }

        private static String kebab(String name) {
            return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
        }

        private static String plain(String doc) {
            return doc.replaceAll("\\{@code ([^}]*)}", "`$1`")
                    .replaceAll("\\{@link #?([A-Za-z]+)(\\(\\))?}", "`$1`")
                    .replaceAll("\\s+", " ")
                    .strip();
        }
    }
}
