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
#include <vector>

#include "abi/winnow.h"

namespace {

JavaVM* java_vm = nullptr;

// The members of Java classes that are used here; they live as long as this library.
struct Members {
  jfieldID answer_text = nullptr;
  jfieldID answer_handle = nullptr;
  jmethodID log = nullptr;
  jmethodID event = nullptr;
  jmethodID is_cancelled = nullptr;
  jmethodID remove_files = nullptr;
};
Members members;

// The functions of libwinnow, by their own names.
struct Library {
  decltype(&winnow_abi_version) abi_version = nullptr;
  decltype(&winnow_build_info) build_info = nullptr;
  decltype(&winnow_open) open = nullptr;
  decltype(&winnow_close) close = nullptr;
  decltype(&winnow_describe) describe = nullptr;
  decltype(&winnow_job_new) job_new = nullptr;
  decltype(&winnow_job_plan) job_plan = nullptr;
  decltype(&winnow_job_run) job_run = nullptr;
  decltype(&winnow_job_cancel) job_cancel = nullptr;
  decltype(&winnow_job_progress) job_progress = nullptr;
  decltype(&winnow_job_free) job_free = nullptr;
  decltype(&winnow_buffer_free) buffer_free = nullptr;
};
Library library;

constexpr jint kNoMemory = WINNOW_NO_MEMORY;

// Java's copy of a text; nullptr with a pending OutOfMemoryError when there is no memory for it.
jbyteArray to_java(JNIEnv* env, const char* text, std::size_t length) {
  if (length > INT_MAX) {
    env->ThrowNew(env->FindClass("java/lang/OutOfMemoryError"),
                  "a text of winnow is longer than an array");
    return nullptr;
  }
  const auto size = static_cast<jsize>(length);
  jbyteArray bytes = env->NewByteArray(size);
  if (bytes != nullptr && size > 0) {
    env->SetByteArrayRegion(bytes, 0, size, reinterpret_cast<const jbyte*>(text));
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

// Runs one native method; running out of memory is a status, and no C++ exception reaches Java.
template <class Work>
jint guarded(Work&& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return kNoMemory;
  }
}

// A buffer that the library fills and that goes back to it.
class Buffer {
 public:
  Buffer() { buffer_.size = sizeof buffer_; }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { library.buffer_free(&buffer_); }

  winnow_buffer* out() { return &buffer_; }

  void give_to(JNIEnv* env, jobject answer) const {
    jbyteArray text = to_java(env, buffer_.data, buffer_.length);
    if (text != nullptr) env->SetObjectField(answer, members.answer_text, text);
  }

 private:
  winnow_buffer buffer_ = {};
};

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
    bytes_ = to_java(env_, text, length);
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

std::int32_t on_delete_files(void* context, const char* request, std::size_t length,
                             std::uint64_t* deleted) {
  Upcall java(context);
  const jbyteArray bytes = java.text(request, length);
  const jlong files =
      bytes == nullptr ? -1 : java->CallLongMethod(java.callbacks(), members.remove_files, bytes);
  if (java.failed() || files < 0) return 1;
  *deleted = static_cast<std::uint64_t>(files);
  return 0;
}

winnow_host host_of(Opened& opened, bool removes_files) {
  winnow_host host = {};
  host.size = sizeof host;
  host.context = &opened;
  host.log = on_log;
  host.event = on_event;
  host.is_cancelled = on_is_cancelled;
  host.delete_files = removes_files ? on_delete_files : nullptr;
  return host;
}

Opened* opened_of(jlong handle) {
  return reinterpret_cast<Opened*>(handle);
}
winnow_job* job_of(jlong handle) {
  return reinterpret_cast<winnow_job*>(handle);
}

template <class Function>
bool resolve(void* opened, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(opened, name));
  return function != nullptr;
}

// Empty, or why the library can't be used.
std::string link_library(const std::string& path) {
  void* opened = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) return ::dlerror();
  Library found;
  const bool complete = resolve(opened, "winnow_abi_version", found.abi_version) &&
                        resolve(opened, "winnow_build_info", found.build_info) &&
                        resolve(opened, "winnow_open", found.open) &&
                        resolve(opened, "winnow_close", found.close) &&
                        resolve(opened, "winnow_describe", found.describe) &&
                        resolve(opened, "winnow_job_new", found.job_new) &&
                        resolve(opened, "winnow_job_plan", found.job_plan) &&
                        resolve(opened, "winnow_job_run", found.job_run) &&
                        resolve(opened, "winnow_job_cancel", found.job_cancel) &&
                        resolve(opened, "winnow_job_progress", found.job_progress) &&
                        resolve(opened, "winnow_job_free", found.job_free) &&
                        resolve(opened, "winnow_buffer_free", found.buffer_free);
  if (!complete) return ::dlerror();
  library = found;
  return {};
}

// The native methods of io.winnow.JniBridge.

jbyteArray link(JNIEnv* env, jclass, jbyteArray path) {
  const std::vector<char> name = from_java(env, path);
  const std::string problem = link_library(std::string(name.begin(), name.end()));
  return to_java(env, problem.data(), problem.size());
}

jint abi_version(JNIEnv*, jobject) {
  return static_cast<jint>(library.abi_version());
}

jbyteArray build_info(JNIEnv* env, jobject) {
  const std::string text = library.build_info();
  return to_java(env, text.data(), text.size());
}

jint open(JNIEnv* env, jobject, jbyteArray config, jobject callbacks, jboolean removes_files,
          jobject answer) {
  return guarded([&]() -> jint {
    const std::vector<char> text = from_java(env, config);
    auto opened = std::make_unique<Opened>();
    opened->callbacks = env->NewGlobalRef(callbacks);
    if (opened->callbacks == nullptr) return kNoMemory;
    const winnow_host host = host_of(*opened, removes_files == JNI_TRUE);
    Buffer error;
    const jint status = library.open(&host, text.data(), text.size(), &opened->handle, error.out());
    if (status != WINNOW_OK) {
      env->DeleteGlobalRef(opened->callbacks);
      error.give_to(env, answer);
      return status;
    }
    env->SetLongField(answer, members.answer_handle, reinterpret_cast<jlong>(opened.release()));
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

jint describe(JNIEnv* env, jobject, jlong handle, jbyteArray task, jobject answer) {
  return guarded([&] {
    const std::vector<char> name = from_java(env, task);
    Buffer out;
    const jint status =
        library.describe(opened_of(handle)->handle, name.data(), name.size(), out.out());
    out.give_to(env, answer);
    return status;
  });
}

jint new_job(JNIEnv* env, jobject, jlong handle, jbyteArray task, jbyteArray parameters,
             jobject answer) {
  return guarded([&] {
    const std::vector<char> name = from_java(env, task);
    const std::vector<char> text = from_java(env, parameters);
    winnow_job* job = nullptr;
    Buffer error;
    const jint status = library.job_new(opened_of(handle)->handle, name.data(), name.size(),
                                        text.data(), text.size(), &job, error.out());
    env->SetLongField(answer, members.answer_handle, reinterpret_cast<jlong>(job));
    error.give_to(env, answer);
    return status;
  });
}

jint plan(JNIEnv* env, jobject, jlong job, jobject answer) {
  Buffer out;
  const jint status = library.job_plan(job_of(job), out.out());
  out.give_to(env, answer);
  return status;
}

jint run(JNIEnv* env, jobject, jlong job, jobject answer) {
  Buffer out;
  const jint status = library.job_run(job_of(job), out.out());
  out.give_to(env, answer);
  return status;
}

jint cancel(JNIEnv*, jobject, jlong job) {
  return library.job_cancel(job_of(job));
}

jint progress(JNIEnv* env, jobject, jlong job, jlongArray numbers) {
  winnow_progress snapshot = {};
  snapshot.size = sizeof snapshot;
  const jint status = library.job_progress(job_of(job), &snapshot);
  const jlong values[] = {snapshot.phase,   snapshot.rows_done, snapshot.rows_planned,
                          snapshot.batches, snapshot.retries,   snapshot.elapsed_ms};
  env->SetLongArrayRegion(numbers, 0, static_cast<jsize>(std::size(values)), values);
  return status;
}

void free_job(JNIEnv*, jobject, jlong job) {
  library.job_free(job_of(job));
}

bool find_members(JNIEnv* env) {
  jclass answer = env->FindClass("io/winnow/Answer");
  jclass callbacks = answer == nullptr ? nullptr : env->FindClass("io/winnow/Callbacks");
  return callbacks != nullptr &&
         (members.answer_text = env->GetFieldID(answer, "text", "[B")) != nullptr &&
         (members.answer_handle = env->GetFieldID(answer, "handle", "J")) != nullptr &&
         (members.log = env->GetMethodID(callbacks, "log", "(I[B)V")) != nullptr &&
         (members.event = env->GetMethodID(callbacks, "event", "([B)V")) != nullptr &&
         (members.is_cancelled = env->GetMethodID(callbacks, "isCancelled", "()Z")) != nullptr &&
         (members.remove_files = env->GetMethodID(callbacks, "removeFiles", "([B)J")) != nullptr;
}

template <class Function>
JNINativeMethod method(const char* name, const char* signature, Function* function) {
  // The fields are `char *` for history's sake; nothing writes through them.
  return {const_cast<char*>(name), const_cast<char*>(signature), reinterpret_cast<void*>(function)};
}

bool register_methods(JNIEnv* env) {
  jclass bridge = env->FindClass("io/winnow/JniBridge");
  if (bridge == nullptr) return false;
  const JNINativeMethod methods[] = {
      method("link", "([B)[B", link),
      method("abiVersion", "()I", abi_version),
      method("buildInfo", "()[B", build_info),
      method("open", "([BLio/winnow/Callbacks;ZLio/winnow/Answer;)I", open),
      method("close", "(J)I", close),
      method("describe", "(J[BLio/winnow/Answer;)I", describe),
      method("newJob", "(J[B[BLio/winnow/Answer;)I", new_job),
      method("plan", "(JLio/winnow/Answer;)I", plan),
      method("run", "(JLio/winnow/Answer;)I", run),
      method("cancel", "(J)I", cancel),
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
