// The JNI side of io.winnow.JniBridge: hands bytes over to libwinnow and its callbacks back to
// io.winnow.Callbacks. Knows abi/winnow.h and nothing else of winnow. libwinnow is opened by its
// path and not linked: of two class loaders that carry two versions of it, each gets its own.
#include <climits>
#include <cstdint>
#include <dlfcn.h>
#include <jni.h>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "abi/winnow.h"
#include "hosts/shared/functions.h"

namespace {

namespace hosts = winnow::hosts;

JavaVM* java_vm = nullptr;

// The members of Java classes that are used here; they live as long as this library.
struct Members {
  jfieldID result_text = nullptr;
  jfieldID result_handle = nullptr;
  jmethodID log = nullptr;
  jmethodID event = nullptr;
  jmethodID is_cancelled = nullptr;
  jmethodID storage = nullptr;
};
Members members;

hosts::Functions library;

constexpr jint kNoMemory = WINNOW_NO_MEMORY;

void throw_no_memory(JNIEnv* env, const char* message) {
  env->ThrowNew(env->FindClass("java/lang/OutOfMemoryError"), message);
}

// Java's copy of a text; nullptr with a pending OutOfMemoryError when there is no memory for it.
jbyteArray to_java(JNIEnv* env, std::string_view text) {
  if (text.size() > INT_MAX) {
    throw_no_memory(env, "a text of winnow is longer than an array");
    return nullptr;
  }
  const auto size = static_cast<jsize>(text.size());
  jbyteArray bytes = env->NewByteArray(size);
  if (bytes != nullptr && size > 0) {
    env->SetByteArrayRegion(bytes, 0, size, reinterpret_cast<const jbyte*>(text.data()));
  }
  return bytes;
}

// The bytes of a Java array. Allocation may throw; the callers guard.
std::vector<char> from_java(JNIEnv* env, jbyteArray bytes) {
  std::vector<char> text(static_cast<std::size_t>(env->GetArrayLength(bytes)));
  if (!text.empty()) {
    env->GetByteArrayRegion(bytes, 0, static_cast<jsize>(text.size()),
                            reinterpret_cast<jbyte*>(text.data()));
  }
  return text;
}

// Runs one native method: no C++ exception reaches Java. Running out of memory is a status, or an
// OutOfMemoryError where the method has none.
template <class Work>
jint guarded(Work&& work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return kNoMemory;
  }
}
template <class Work>
jbyteArray guarded_text(JNIEnv* env, Work&& work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    throw_no_memory(env, "no memory for a text of winnow");
    return nullptr;
  }
}

void give(JNIEnv* env, const hosts::Buffer& buffer, jobject result) {
  jbyteArray text = to_java(env, buffer.text());
  if (text != nullptr) env->SetObjectField(result, members.result_text, text);
}

// One opened library and the Java object that its callbacks go to.
struct Opened {
  winnow_library* handle = nullptr;
  jobject callbacks = nullptr;  // a global reference
};

// Callbacks come on the thread that is inside plan or run, a Java thread with an environment of its
// own, and many of them in one native call: each gives its local references back.
class Upcall {
 public:
  explicit Upcall(void* context) : callbacks_(static_cast<Opened*>(context)->callbacks) {
    void* env = nullptr;
    java_vm->GetEnv(&env, JNI_VERSION_1_8);
    env_ = static_cast<JNIEnv*>(env);
  }
  Upcall(const Upcall&) = delete;
  Upcall& operator=(const Upcall&) = delete;
  ~Upcall() {
    if (bytes_ != nullptr) env_->DeleteLocalRef(bytes_);
  }

  JNIEnv* operator->() const { return env_; }
  jobject callbacks() const { return callbacks_; }

  jbyteArray text(const char* text, std::size_t length) {
    bytes_ = to_java(env_, std::string_view(text, length));
    return bytes_;
  }

  // Java's side keeps the host's exceptions; what is pending here is that memory or the stack ran
  // out.
  bool failed() const {
    if (env_->ExceptionCheck() == JNI_FALSE) return false;
    env_->ExceptionClear();
    return true;
  }

 private:
  JNIEnv* env_ = nullptr;
  jobject callbacks_;
  jbyteArray bytes_ = nullptr;
};

void on_log(void* context, std::int32_t level, const char* text, std::size_t length) {
  Upcall java(context);
  const jbyteArray bytes = java.text(text, length);
  if (bytes != nullptr) java->CallVoidMethod(java.callbacks(), members.log, level, bytes);
  java.failed();  // then one line of the log is lost
}

void on_event(void* context, const char* json, std::size_t length) {
  Upcall java(context);
  const jbyteArray bytes = java.text(json, length);
  if (bytes != nullptr) java->CallVoidMethod(java.callbacks(), members.event, bytes);
  java.failed();  // then one event is lost
}

std::int32_t on_is_cancelled(void* context) {
  Upcall java(context);
  const jboolean cancelled = java->CallBooleanMethod(java.callbacks(), members.is_cancelled);
  return java.failed() || cancelled == JNI_TRUE ? 1 : 0;
}

std::int32_t on_storage(void* context, const char* request, std::size_t length,
                        winnow_reply* reply) {
  Upcall java(context);
  const jbyteArray bytes = java.text(request, length);
  auto* text = bytes == nullptr ? nullptr
                                : static_cast<jbyteArray>(java->CallObjectMethod(
                                      java.callbacks(), members.storage, bytes));
  if (java.failed() || text == nullptr) return 1;
  jbyte* data = java->GetByteArrayElements(text, nullptr);
  if (data != nullptr) {
    const auto size = static_cast<std::size_t>(java->GetArrayLength(text));
    reply->write(reply->sink, reinterpret_cast<const char*>(data), size);
    java->ReleaseByteArrayElements(text, data, JNI_ABORT);
  }
  java->DeleteLocalRef(text);
  return data == nullptr ? 1 : 0;
}

winnow_host host_of(Opened& opened, bool has_storage) {
  winnow_host host = {};
  host.size = sizeof host;
  host.context = &opened;
  host.log = on_log;
  host.event = on_event;
  host.is_cancelled = on_is_cancelled;
  host.storage = has_storage ? on_storage : nullptr;
  return host;
}

// Java keeps a handle as a long.
Opened* opened_of(jlong handle) {
  return reinterpret_cast<Opened*>(handle);  // NOLINT(performance-no-int-to-ptr)
}
winnow_job* job_of(jlong handle) {
  return reinterpret_cast<winnow_job*>(handle);  // NOLINT(performance-no-int-to-ptr)
}

// Empty, or why the library can't be used.
std::string link_library(const std::string& path) {
  void* opened = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) return hosts::loader_error();
  hosts::Functions found;
  std::string problem = hosts::find_functions(opened, found);
  if (problem.empty()) library = found;
  return problem;
}

// The native methods of io.winnow.JniBridge.

jbyteArray link(JNIEnv* env, jclass, jbyteArray path) {
  return guarded_text(env, [&] {
    const std::vector<char> name = from_java(env, path);
    return to_java(env, link_library(std::string(name.begin(), name.end())));
  });
}

jint abi_version(JNIEnv*, jobject) {
  return static_cast<jint>(library.abi_version());
}

jbyteArray build_info(JNIEnv* env, jobject) {
  return to_java(env, library.build_info());
}

jint open(JNIEnv* env, jobject, jbyteArray config, jobject callbacks, jboolean has_storage,
          jobject result) {
  return guarded([&]() -> jint {
    const std::vector<char> text = from_java(env, config);
    auto opened = std::make_unique<Opened>();
    opened->callbacks = env->NewGlobalRef(callbacks);
    if (opened->callbacks == nullptr) return kNoMemory;
    const winnow_host host = host_of(*opened, has_storage == JNI_TRUE);
    hosts::Buffer error(library);
    const jint status = library.open(&host, text.data(), text.size(), &opened->handle, error.out());
    if (status != WINNOW_OK) {
      env->DeleteGlobalRef(opened->callbacks);
      give(env, error, result);
      return status;
    }
    env->SetLongField(result, members.result_handle, reinterpret_cast<jlong>(opened.release()));
    return status;
  });
}

jint close(JNIEnv* env, jobject, jlong handle) {
  std::unique_ptr<Opened> opened(opened_of(handle));
  const jint status = library.close(opened->handle);
  if (status == WINNOW_OK) {
    env->DeleteGlobalRef(opened->callbacks);
  } else {
    static_cast<void>(opened.release());  // refused: it stays open
  }
  return status;
}

jint describe(JNIEnv* env, jobject, jlong handle, jbyteArray task, jobject result) {
  return guarded([&] {
    const std::vector<char> name = from_java(env, task);
    hosts::Buffer out(library);
    const jint status =
        library.describe(opened_of(handle)->handle, name.data(), name.size(), out.out());
    give(env, out, result);
    return status;
  });
}

jint new_job(JNIEnv* env, jobject, jlong handle, jbyteArray task, jbyteArray parameters,
             jobject result) {
  return guarded([&] {
    const std::vector<char> name = from_java(env, task);
    const std::vector<char> text = from_java(env, parameters);
    winnow_job* job = nullptr;
    hosts::Buffer error(library);
    const jint status = library.job_new(opened_of(handle)->handle, name.data(), name.size(),
                                        text.data(), text.size(), &job, error.out());
    env->SetLongField(result, members.result_handle, reinterpret_cast<jlong>(job));
    give(env, error, result);
    return status;
  });
}

jint plan(JNIEnv* env, jobject, jlong job, jobject result) {
  hosts::Buffer out(library);
  const jint status = library.job_plan(job_of(job), out.out());
  give(env, out, result);
  return status;
}

jint run(JNIEnv* env, jobject, jlong job, jobject result) {
  hosts::Buffer out(library);
  const jint status = library.job_run(job_of(job), out.out());
  give(env, out, result);
  return status;
}

jint cancel(JNIEnv*, jobject, jlong job) {
  return library.job_cancel(job_of(job));
}

jint pause(JNIEnv*, jobject, jlong job) {
  return library.job_pause(job_of(job));
}

jint resume(JNIEnv*, jobject, jlong job) {
  return library.job_resume(job_of(job));
}

jint progress(JNIEnv* env, jobject, jlong job, jlongArray numbers) {
  winnow_progress snapshot = {};
  snapshot.size = sizeof snapshot;
  const jint status = library.job_progress(job_of(job), &snapshot);
  const jlong values[] = {snapshot.phase,   snapshot.rows_done, snapshot.rows_planned,
                          snapshot.batches, snapshot.retries,   snapshot.elapsed_ms,
                          snapshot.waiting};
  env->SetLongArrayRegion(numbers, 0, static_cast<jsize>(std::size(values)), values);
  return status;
}

void free_job(JNIEnv*, jobject, jlong job) {
  library.job_free(job_of(job));
}

bool find_members(JNIEnv* env) {
  jclass result = env->FindClass("io/winnow/CallResult");
  jclass callbacks = result == nullptr ? nullptr : env->FindClass("io/winnow/Callbacks");
  return callbacks != nullptr &&
         (members.result_text = env->GetFieldID(result, "text", "[B")) != nullptr &&
         (members.result_handle = env->GetFieldID(result, "handle", "J")) != nullptr &&
         (members.log = env->GetMethodID(callbacks, "log", "(I[B)V")) != nullptr &&
         (members.event = env->GetMethodID(callbacks, "event", "([B)V")) != nullptr &&
         (members.is_cancelled = env->GetMethodID(callbacks, "isCancelled", "()Z")) != nullptr &&
         (members.storage = env->GetMethodID(callbacks, "storage", "([B)[B")) != nullptr;
}

template <class Function>
JNINativeMethod method(const char* name, const char* signature, Function* function) {
  // The fields are `char *` for history's sake; nothing writes through them.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  return {const_cast<char*>(name), const_cast<char*>(signature), reinterpret_cast<void*>(function)};
}

bool register_methods(JNIEnv* env) {
  jclass bridge = env->FindClass("io/winnow/JniBridge");
  if (bridge == nullptr) return false;
  const JNINativeMethod methods[] = {
      method("link", "([B)[B", link),
      method("abiVersion", "()I", abi_version),
      method("buildInfo", "()[B", build_info),
      method("open", "([BLio/winnow/Callbacks;ZLio/winnow/CallResult;)I", open),
      method("close", "(J)I", close),
      method("describe", "(J[BLio/winnow/CallResult;)I", describe),
      method("newJob", "(J[B[BLio/winnow/CallResult;)I", new_job),
      method("plan", "(JLio/winnow/CallResult;)I", plan),
      method("run", "(JLio/winnow/CallResult;)I", run),
      method("cancel", "(J)I", cancel),
      method("pause", "(J)I", pause),
      method("resume", "(J)I", resume),
      method("progress", "(J[J)I", progress),
      method("freeJob", "(J)V", free_job)};
  return env->RegisterNatives(bridge, methods, static_cast<jint>(std::size(methods))) == JNI_OK;
}

}  // namespace

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* vm, void*) {
  void* env = nullptr;
  if (vm->GetEnv(&env, JNI_VERSION_1_8) != JNI_OK) return JNI_ERR;
  java_vm = vm;
  auto* java = static_cast<JNIEnv*>(env);
  return find_members(java) && register_methods(java) ? JNI_VERSION_1_8 : JNI_ERR;
}
