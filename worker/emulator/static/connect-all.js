// What an app's iframe loads to speak with the page around it: the few calls of Atlassian's AP an app here needs.
(function () {
  "use strict";
  var handed = {};
  try {
    handed = JSON.parse(window.name) || {};
  } catch (problem) {
    handed = {};
  }
  function tell(height) {
    window.parent.postMessage({ connect: "resize", height: height }, "*");
  }
  function fit() {
    tell(document.documentElement.offsetHeight);
  }
  window.AP = {
    context: {
      getToken: function (callback) {
        window.setTimeout(function () { callback(handed.contextJwt); }, 0);
      }
    },
    resize: function (width, height) {
      if (height === undefined) { fit(); } else { tell(parseInt(height, 10)); }
    }
  };
  window.addEventListener("load", fit);
}());
